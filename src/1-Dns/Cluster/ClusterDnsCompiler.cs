using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// Services and namespaces → what the cluster's DNS knows.
/// <list type="number">
/// <item>Namespaces: those that are written, those that every cluster has, and those that objects are in.</item>
/// <item>Services: by kind, with their addresses and ports. Their own fields are checked by the Services' hop.</item>
/// <item>The DNS itself, unless a manifest has a Service of its name.</item>
/// </list>
/// </summary>
internal sealed class ClusterDnsCompiler : IHopCompiler
{
    // https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
    private static readonly string[] Initial = ["default", "kube-node-lease", "kube-public", "kube-system"];

    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        // 1.
        var namespaces = Initial
            .Concat(context.State.All<V1Namespace>().Select(n => n.Key.Name))
            .Concat(context.State.All<V1Service>().Select(s => s.Key.Namespace))
            .Concat(context.State.All<V1Pod>().Select(p => p.Key.Namespace));

        // 2.
        var services = context.State.All<V1Service>().Where(s => s.Value.Spec is not null).Select(s => Read(context.Addresses, s)).ToList();

        // 3.
        var owner = ClusterZone.OwnerIn(context.State);
        if (owner is { } server && ClusterZone.IsService(server) && context.Addresses.Find(server) is { } address)
        {
            foreach (var taken in context.State.All<V1Service>().Where(s => s.Value.Spec?.ClusterIP == address.Declared.ToString()))
            {
                context.Errors.Add(taken, "spec.clusterIP",
                    $"{address.Declared} is the address of {server}, the cluster's DNS, as on EKS; write another, or leave it out to be given one");
            }

            var bound = context.Addresses.BoundPort(address, ClusterZone.Port);
            services.Add(new ClusterService(server, ClusterServiceKind.ClusterIP, [new("dns", "udp", ClusterZone.Port, bound), new("dns-tcp", "tcp", ClusterZone.Port, bound)])
            {
                Address = address,
            });
        }

        return Snapshot.Of(new ClusterSnapshot(namespaces, services, context.Addresses.Whole, owner));
    }

    private static ClusterService Read(AddressPlan addresses, Resource<V1Service> service)
    {
        var spec = service.Value.Spec;
        var kind = spec.Type == "ExternalName" ? ClusterServiceKind.ExternalName : spec.ClusterIP == "None" ? ClusterServiceKind.Headless : ClusterServiceKind.ClusterIP;
        var address = kind == ClusterServiceKind.ClusterIP ? addresses.Find(service.Key) : null;
        ImmutableArray<ClusterPort> ports =
            [.. (spec.Ports ?? []).Select(p => new ClusterPort(p.Name ?? "", (p.Protocol ?? "TCP").ToLowerInvariant(), p.Port, addresses.BoundPort(address, p.Port)))];
        return new ClusterService(service.Key, kind, ports)
        {
            Address = address,
            External = kind == ClusterServiceKind.ExternalName ? External(spec.ExternalName) : null,
        };
    }

    private static DomainName? External(string? written) =>
        string.IsNullOrEmpty(written) || (IPAddress.TryParse(written, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == written))
            ? null : DomainName.Parse(written, out _);
}
