using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>A node as kube-proxy sees itself on it.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Zone">Its <c>topology.kubernetes.io/zone</c>; null without the label.</param>
/// <param name="Address">Its addresses.</param>
internal sealed record NodePlace(string Name, string? Zone, RoadAddress Address);

/// <summary>An endpoint that a port of a Service may have; whether it is ready is living state.</summary>
/// <param name="Pod">The pod; null for an address written by hand that is no pod's.</param>
/// <param name="Name">The pod's name, or the address.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where to dial it on this machine.</param>
/// <param name="Node">Its node; null when unknown.</param>
/// <param name="Zone">Its zone; null when unknown.</param>
internal sealed record PossibleEndpoint(
    ResourceKey? Pod, string Name, IPEndPoint Declared, IPEndPoint Bound, string? Node, string? Zone)
{
    /// <summary>Its conditions where a person wrote them (an EndpointSlice by hand); null for a pod, whose life gives them.</summary>
    public EndpointCondition? Written { get; init; }

    /// <summary>Whether its pod is being deleted (<c>metadata.deletionTimestamp</c>), so that it terminates whatever else is known of it.</summary>
    public bool Deleted { get; init; }

    /// <summary>The nodes that it is meant for (<c>hints.forNodes</c>).</summary>
    public ImmutableArray<string> NodeHints { get; init; } = [];

    /// <summary>The zones that it is meant for (<c>hints.forZones</c>).</summary>
    public ImmutableArray<string> ZoneHints { get; init; } = [];

    /// <summary>Its own name below the Service's in the cluster's DNS (the slice's <c>hostname</c>); null without one.</summary>
    public string? HostName { get; init; }
}

/// <summary>One port of a Service, with all that kube-proxy programs for it.</summary>
internal sealed record ServicePort
{
    /// <summary>Its place among the snapshot's ports.</summary>
    public required int Slot { get; init; }

    /// <summary>The Service.</summary>
    public required ResourceKey Service { get; init; }

    /// <summary><c>ClusterIP</c>, <c>NodePort</c> or <c>LoadBalancer</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The port's name; empty for a single unnamed one.</summary>
    public required string Name { get; init; }

    /// <summary>The port of the virtual IP; 0 for a headless Service without ports.</summary>
    public required int Port { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</summary>
    public string Protocol { get; init; } = "TCP";

    /// <summary>Whether <c>internalTrafficPolicy</c> is <c>Local</c>.</summary>
    public bool InternalLocal { get; init; }

    /// <summary>Whether <c>externalTrafficPolicy</c> is <c>Local</c>.</summary>
    public bool ExternalLocal { get; init; }

    /// <summary>How long a client stays with its endpoint (<c>sessionAffinity: ClientIP</c>); null for <c>None</c>.</summary>
    public TimeSpan? Affinity { get; init; }

    /// <summary>Whether endpoints count as ready whatever their pods say.</summary>
    public bool PublishNotReady { get; init; }

    /// <summary>Every endpoint that it may have, ordered by declared address.</summary>
    public ImmutableArray<PossibleEndpoint> Endpoints { get; init; } = [];

    /// <summary>Pods that the selector matches but that can't be endpoints of this port, and why.</summary>
    public ImmutableArray<(string Pod, string Why)> LeftOut { get; init; } = [];

    /// <summary><c>shop/users</c>.</summary>
    public string FullName => Service.Short;

    /// <summary>As kube-proxy calls it: <c>shop/users:http</c>, or <c>shop/users</c> for an unnamed port.</summary>
    public string PortName => Name.Length == 0 ? FullName : $"{FullName}:{Name}";
}

/// <summary>One front: where connections for a Service's port are caught.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Port">Whose it is.</param>
/// <param name="Node">The node of a NodePort; null for a virtual IP, which every node has.</param>
internal sealed record Front(ServiceFront Address, ServicePort Port, NodePlace? Node);

/// <summary>Every front of every Service, compiled. Immutable.</summary>
internal sealed class ServiceSnapshot
{
    /// <summary>Before the first generation.</summary>
    public static ServiceSnapshot Empty { get; } = new([], [], FrozenDictionary<IPAddress, NodePlace>.Empty, LoopbackRange.Default);

    /// <summary>Indexes the fronts by where they listen.</summary>
    public ServiceSnapshot(
        ImmutableArray<ServicePort> ports, ImmutableArray<Front> fronts, FrozenDictionary<IPAddress, NodePlace> places, LoopbackRange range)
    {
        Ports = ports;
        Fronts = fronts;
        Places = places;
        Range = range;
        Addresses = [.. fronts.Select(f => f.Address)];
        byPlace = fronts.ToFrozenDictionary(f => f.Address.Place);
        pods = new(() => ports.SelectMany(p => p.Endpoints).Select(e => e.Pod).OfType<ResourceKey>().ToFrozenSet());
        byService = new(() => ports.GroupBy(p => p.Service).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray()));
        byAddress = new(() => ports.SelectMany(p => p.Endpoints.SelectMany(e => new[] { e.Declared.Address, e.Bound.Address }, (_, address) => (Address: address, p.Service)))
            .GroupBy(e => e.Address, e => e.Service)
            .ToFrozenDictionary(g => g.Key, g => g.Distinct().OrderBy(s => s.Namespace, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal).ToImmutableArray()));
    }

    private readonly FrozenDictionary<FrontPlace, Front> byPlace;
    private readonly Lazy<FrozenSet<ResourceKey>> pods;
    private readonly Lazy<FrozenDictionary<ResourceKey, ImmutableArray<ServicePort>>> byService;
    private readonly Lazy<FrozenDictionary<IPAddress, ImmutableArray<ResourceKey>>> byAddress;

    /// <summary>Every port of every Service, by <see cref="ServicePort.Slot"/>.</summary>
    public ImmutableArray<ServicePort> Ports { get; }

    /// <summary>Every front.</summary>
    public ImmutableArray<Front> Fronts { get; }

    /// <summary>Every front as other hops know it.</summary>
    public IReadOnlyList<ServiceFront> Addresses { get; }

    /// <summary>On which node a bound address lives: of pods, and of nodes themselves.</summary>
    public FrozenDictionary<IPAddress, NodePlace> Places { get; }

    /// <summary>The addresses that callers inside the road may have.</summary>
    public LoopbackRange Range { get; }

    /// <summary>Every node's name.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>Every pod that is or may be an endpoint.</summary>
    public FrozenSet<ResourceKey> Pods => pods.Value;

    /// <summary>Whether a pod that was an endpoint before is none any more, or is being deleted.</summary>
    public bool Lost(ServiceSnapshot before) => !before.Pods.IsSubsetOf(Pods) || Ports.Any(p => p.Endpoints.Any(e => e.Deleted));

    /// <summary>The front that listens there, or null.</summary>
    public Front? FrontAt(FrontPlace place) => byPlace.GetValueOrDefault(place);

    /// <summary>The port of a front; of a headless Service, which has none, by name. Null when it isn't there.</summary>
    public ServicePort? PortAt(ServiceFront front)
    {
        if (FrontAt(front.Place) is { } found) return found.Port;
        foreach (var port in PortsOf(front.Service))
        {
            if (port.Protocol == (front.Udp ? "UDP" : "TCP") && port.Name == front.PortName && port.Port == front.Declared.Port) return port;
        }

        return null;
    }

    /// <summary>The ports of a Service; none when it isn't there.</summary>
    public ImmutableArray<ServicePort> PortsOf(ResourceKey service) => byService.Value.GetValueOrDefault(service, []);

    /// <summary>The Services that may have an endpoint at this address, declared or bound.</summary>
    public ImmutableArray<ResourceKey> ServicesAt(IPAddress address) => byAddress.Value.GetValueOrDefault(address, []);
}
