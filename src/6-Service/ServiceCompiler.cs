using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// Services, pods, nodes and EndpointSlices written by hand → every front and its possible endpoints.
/// <list type="number">
/// <item>Where nodes and pods live.</item>
/// <item>For each Service its ports, with the pods that its selector matches and the addresses written for it.</item>
/// <item>For each port its fronts: the virtual IP, and each node's NodePort; for a Service its health check's port on each node.</item>
/// </list>
/// Headless Services have no front, as kube-proxy programs none for them; their endpoints are the cluster DNS's.
/// </summary>
internal sealed class ServiceCompiler : IHopCompiler
{
    /// <inheritdoc/>
    public Snapshot Compile(CompileContext context)
    {
        // 1. Places.
        var nodes = Nodes(context);
        var pods = new PodIndex(context);
        var places = nodes.Values.ToDictionary(n => n.Address.Bound);
        foreach (var (key, pod) in pods.All)
        {
            if (pod.Spec?.NodeName is { } node && nodes.TryGetValue(node, out var place)) places[context.Addresses.Of(key).Bound] = place;
        }

        // 2. Ports.
        var slices = new WrittenSlices(context, nodes);
        var ports = ImmutableArray.CreateBuilder<ServicePort>();
        var fronts = new Dictionary<FrontPlace, Front>();
        foreach (var service in context.State.All<V1Service>())
        {
            if (!ServiceCheck.Passes(context, service) || service.Value.Spec.Type == "ExternalName") continue;
            var selected = pods.Select(service.Key.Namespace, service.Value.Spec.Selector);
            if (service.Value.Spec.Ports is not { Count: > 0 })
            {
                // Only a headless Service may have no ports: its endpoints are addresses alone.
                ports.Add(Port(service, new V1ServicePort(), ports.Count) with { Endpoints = PodEndpoints.WithoutPort(context, service, selected, nodes) });
                continue;
            }

            for (var i = 0; i < service.Value.Spec.Ports.Count; i++)
            {
                var written = service.Value.Spec.Ports[i];
                var (endpoints, leftOut) = PodEndpoints.Of(context, service, i, selected, nodes);
                var port = Port(service, written, ports.Count) with
                {
                    Endpoints = [.. endpoints.Concat(slices.Of(service.Key, written.Name ?? "")).DistinctBy(e => e.Declared)
                        .OrderBy(e => e.Name, StringComparer.Ordinal).ThenBy(e => e.Declared.ToString(), StringComparer.Ordinal)],
                    LeftOut = leftOut,
                };
                ports.Add(port);

                // 3. Fronts. A place that is taken twice was reported already, by the check or when the numbers were given out.
                foreach (var front in Fronts(context.Addresses, port, written.NodePort ?? 0, nodes.Values)) fronts.TryAdd(front.Address.Place, front);
            }

            if (service.Value.Spec.HealthCheckNodePort is > 0 and var health)
            {
                foreach (var node in nodes.Values)
                {
                    var front = AtNode(FrontKind.HealthCheck, context.Addresses, ports[^1], health, node);
                    fronts.TryAdd(front.Address.Place, front);
                }
            }
        }

        return Snapshot.Of(new ServiceSnapshot(ports.ToImmutable(), [.. fronts.Values], places.ToFrozenDictionary(), context.Addresses.Range) { Nodes = [.. nodes.Keys] });
    }

    private static SortedDictionary<string, NodePlace> Nodes(CompileContext context)
    {
        var nodes = new SortedDictionary<string, NodePlace>(StringComparer.Ordinal);
        foreach (var node in context.State.All<V1Node>())
        {
            if (context.Addresses.Find(node.Key) is not { } address) continue;
            var zone = node.Value.Metadata?.Labels?.TryGetValue("topology.kubernetes.io/zone", out var label) == true ? label : null;
            nodes[node.Key.Name] = new NodePlace(node.Key.Name, zone, address);
        }

        return nodes;
    }

    private static ServicePort Port(Resource<V1Service> service, V1ServicePort port, int slot)
    {
        var spec = service.Value.Spec;
        return new ServicePort
        {
            Slot = slot,
            Service = service.Key,
            Type = spec.Type ?? "ClusterIP",
            Name = port.Name ?? "",
            Port = port.Port,
            Protocol = port.Protocol ?? "TCP",
            InternalLocal = spec.InternalTrafficPolicy == "Local",
            ExternalLocal = spec.ExternalTrafficPolicy == "Local",
            Affinity = spec.SessionAffinity == "ClientIP"
                ? TimeSpan.FromSeconds(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? 10800)
                : null,
            PublishNotReady = spec.PublishNotReadyAddresses == true,
        };
    }

    private static IEnumerable<Front> Fronts(AddressPlan plan, ServicePort port, int nodePort, IEnumerable<NodePlace> nodes)
    {
        // SCTP isn't carried; the check said so.
        if (port.Protocol == "SCTP") yield break;
        if (plan.Find(port.Service) is { } address)
        {
            var declared = new IPEndPoint(address.Declared, port.Port);
            var bound = plan.Bind(port.Service, port.Port);
            yield return new Front(new ServiceFront(FrontKind.ClusterIP, port.Service, port.Name, null, declared, bound) { Udp = port.Protocol == "UDP" }, port, null);
        }

        if (nodePort == 0) yield break;
        foreach (var node in nodes) yield return AtNode(FrontKind.NodePort, plan, port, nodePort, node);
    }

    private static Front AtNode(FrontKind kind, AddressPlan plan, ServicePort port, int number, NodePlace node)
    {
        var key = new ResourceKey("", "Node", "", node.Name);
        return new Front(new ServiceFront(kind, port.Service, port.Name, key, new IPEndPoint(node.Address.Declared, number), plan.Bind(key, number))
        {
            // A health check is HTTP, whatever the port is that it is asked about.
            Udp = kind == FrontKind.NodePort && port.Protocol == "UDP",
        }, port, node);
    }
}
