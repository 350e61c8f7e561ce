using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Nodes → who they are in EC2 and where they are. Reports nodes that can't be told apart or have no address.</summary>
internal sealed class NodeCompiler : IHopCompiler
{
    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        var nodes = ImmutableArray.CreateBuilder<NodeEntry>();
        var addresses = new Dictionary<IPAddress, ResourceKey>();
        var instances = new Dictionary<string, ResourceKey>(StringComparer.Ordinal);
        foreach (var node in context.State.All<V1Node>())
        {
            CheckAddress(context, node, addresses);
            var provider = CheckProvider(context, node, instances);
            var zone = NodeFields.LabelledZone(node.Value) ?? provider?.Zone;
            if (context.Addresses.Find(node.Key) is not { } address) continue;
            nodes.Add(new NodeEntry(node.Key, provider?.Instance, zone, address)
            {
                Derived = node.Origin == Origin.Derived,
                Unschedulable = node.Value.Spec?.Unschedulable == true,
            });
        }

        return Snapshot.Of(new NodeSnapshot(nodes.ToImmutable()));
    }

    private static void CheckAddress(CompileContext context, Resource<V1Node> node, Dictionary<IPAddress, ResourceKey> taken)
    {
        if (NodeFields.InternalIP(node.Value) is not { } address)
        {
            context.Errors.Add(node, "status.addresses",
                "has no IPv4 address of type InternalIP; add one such as { type: InternalIP, address: 10.0.1.10 }");
        }
        else if (!taken.TryAdd(address, node.Key))
        {
            context.Errors.Add(node, $"status.addresses[{NodeFields.InternalIndex(node.Value)}].address",
                $"{address} is the InternalIP of {taken[address]} already; each node has one of its own");
        }
    }

    private static (string Zone, string Instance)? CheckProvider(CompileContext context, Resource<V1Node> node, Dictionary<string, ResourceKey> taken)
    {
        if (string.IsNullOrEmpty(node.Value.Spec?.ProviderID)) return null;
        var text = node.Value.Spec.ProviderID;
        // As AWS' controllers do with nodes of another provider: they aren't theirs.
        if (!text.StartsWith("aws:", StringComparison.Ordinal))
        {
            context.Warnings.Add(node, "spec.providerID", $"'{text}' is no EC2 instance's: the node is no instance that a target group could have; one's is aws:///ZONE/INSTANCE, such as aws:///us-east-1a/i-0a1b2c3d4e5f60001");
            return null;
        }

        if (NodeFields.ParseProviderId(text) is not { } provider)
        {
            context.Errors.Add(node, "spec.providerID",
                $"'{text}' is not supported; an EC2 node's is aws:///ZONE/INSTANCE, such as aws:///us-east-1a/i-0a1b2c3d4e5f60001");
            return null;
        }

        if (!taken.TryAdd(provider.Instance, node.Key))
        {
            context.Errors.Add(node, "spec.providerID",
                $"{provider.Instance} is the instance of {taken[provider.Instance]} already; each node has one of its own");
        }

        if (NodeFields.LabelledZone(node.Value) is { } zone && zone != provider.Zone)
        {
            context.Errors.Add(node, $"metadata.labels.{NodeFields.ZoneLabel}",
                $"'{zone}' is another zone than '{provider.Zone}' in spec.providerID; write the same");
        }

        return provider;
    }
}
