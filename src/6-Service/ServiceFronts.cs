using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>kube-proxy's program, answered from a generation's snapshot and what each node's kube-proxy knows of the living endpoints.</summary>
internal sealed class ServiceFronts(EndpointTable endpoints, AffinityTable affinity, KubeProxies proxies, INodeDirectory? nodes = null) : IServiceFronts
{
    /// <inheritdoc/>
    public event Action? Changed
    {
        add => proxies.Changed += value;
        remove => proxies.Changed -= value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServiceFront> All(Generation generation) => Snapshot(generation).Addresses;

    /// <inheritdoc/>
    public bool HasEndpoints(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        if (snapshot.FrontAt(front.Place) is not { } found) return false;
        return found.Address.Kind switch
        {
            FrontKind.HealthCheck => true,
            FrontKind.NodePort => Accepts(proxies.View(snapshot, found.Port, found.Node!.Name), found.Node),
            // A virtual IP is one socket for all nodes here, so it stays open while any node has an endpoint for it.
            _ => proxies.Nodes.Any(node => UsableEndpoints.Any(proxies.View(snapshot, found.Port, node).State.Conditions)),
        };
    }

    /// <inheritdoc/>
    public bool Drops(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        if (front.Kind != FrontKind.NodePort || snapshot.FrontAt(front.Place) is not { Port.ExternalLocal: true, Node: { } node } found) return false;
        var view = proxies.View(snapshot, found.Port, node.Name);
        return view.Port.ExternalLocal && !Accepts(view, node) && UsableEndpoints.Any(view.State.Conditions);
    }

    /// <inheritdoc/>
    public bool Drops(Generation generation, ServiceFront front, IPAddress source)
    {
        var snapshot = Snapshot(generation);
        if (front.Kind != FrontKind.ClusterIP || snapshot.FrontAt(front.Place) is not { Port.InternalLocal: true } found) return false;
        var here = snapshot.Places.GetValueOrDefault(source);
        var view = proxies.View(snapshot, found.Port, here?.Name);
        return view.Port.InternalLocal && !Local(view, here) && UsableEndpoints.Any(view.State.Conditions);
    }

    /// <summary>Whether the rules of every node have an endpoint for a virtual IP.</summary>
    public bool HasEndpointsEverywhere(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        return snapshot.FrontAt(front.Place) is { } found
            && proxies.Nodes.All(node => UsableEndpoints.Any(proxies.View(snapshot, found.Port, node).State.Conditions));
    }

    /// <inheritdoc/>
    public bool HasReadyEndpoints(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        return snapshot.PortAt(front) is { } port && endpoints.Of(snapshot, port).Ready > 0;
    }

    /// <inheritdoc/>
    public FrontEndpoints EndpointsOf(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        return snapshot.PortAt(front) is { } port ? endpoints.Told(snapshot, port) : FrontEndpoints.None;
    }

    /// <inheritdoc/>
    public int LocalEndpoints(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        if (snapshot.FrontAt(front.Place) is not { Node: { } node } found) return 0;
        // An endpoint is a pod's address, however many ports lead there.
        return snapshot.PortsOf(found.Port.Service).Select(p => proxies.View(snapshot, p, node.Name))
            .SelectMany(view => view.Port.Endpoints.Where((e, i) => view.State.Conditions[i].Ready && e.Node == node.Name))
            .Select(e => e.Declared.Address).Distinct().Count();
    }

    /// <inheritdoc/>
    public bool Serves(Generation generation, ServiceFront front, IPAddress source, IPEndPoint endpoint)
    {
        var snapshot = Snapshot(generation);
        if (snapshot.FrontAt(front.Place) is not { } found) return false;
        var view = proxies.View(snapshot, found.Port, (found.Node ?? snapshot.Places.GetValueOrDefault(source))?.Name);
        for (var i = 0; i < view.Port.Endpoints.Length; i++)
        {
            if (view.Port.Endpoints[i].Bound.Equals(endpoint)) return view.State.Conditions[i].Ready || view.State.Conditions[i].Serving;
        }

        return false;
    }

    /// <inheritdoc/>
    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source)
    {
        var snapshot = Snapshot(generation);
        return snapshot.FrontAt(front.Place) is { } found
            ? Decide(snapshot, found, source, Draw.Random())
            : new FrontDecision(new NoFrontDecision(generation.Number, front), null, null);
    }

    /// <summary>Decides with a given draw.</summary>
    internal FrontDecision Decide(ServiceSnapshot snapshot, Front front, IPAddress source, Draw draw)
    {
        var facts = new ConnectionFacts(source, snapshot.Places.GetValueOrDefault(source));
        // The node whose kube-proxy takes the connection: a NodePort's own, or the caller's.
        var node = (front.Node ?? facts.SourceNode)?.Name;
        var view = proxies.View(snapshot, front.Port, node);
        if (view.Port != front.Port) front = front with { Port = view.Port };
        var state = new ServiceState(view.State, affinity.Find(front.Port, node, source)) { Program = view.Program, Lag = view.Lag };
        var decision = new ServiceDecision(front, state, facts, draw);
        if (decision.Endpoint is not { } endpoint) return new FrontDecision(decision, null, null) { Dropped = decision.Choice.Verdict == Verdict.Drop };
        if (nodes is { Current.IsEmpty: false } && endpoint.Node is { } at) decision.EndpointNode = nodes.Current.GetValueOrDefault(new ResourceKey("", "Node", "", at));
        return new FrontDecision(decision, endpoint.Bound, DialFrom(decision, source, snapshot.Range))
        {
            Declared = endpoint.Declared,
            Opened = front.Port.Affinity is null ? null : Remember(front.Port, node, source, endpoint.Declared),
        };
    }

    private static bool Accepts(ProxyView view, NodePlace node) => view.Port.ExternalLocal ? Local(view, node) : UsableEndpoints.Any(view.State.Conditions);

    // Whether a node has a usable endpoint itself.
    private static bool Local(ProxyView view, NodePlace? node) =>
        UsableEndpoints.Local(view.Port.Endpoints, view.State.Conditions, node).Count(view.Port.Endpoints, view.State.Conditions) > 0;

    // Apart, so that only a Service with affinity pays for the closure.
    private Action Remember(ServicePort port, string? node, IPAddress source, IPEndPoint endpoint) => () => affinity.Remember(port, node, source, endpoint);

    /// <summary>The address that the endpoint is to see; null for a machine outside the road, which no loopback address can reach.</summary>
    internal static IPAddress? DialFrom(ServiceDecision decision, IPAddress source, LoopbackRange range)
    {
        if (decision.Endpoint is not { } endpoint || !range.Contains(endpoint.Bound.Address)) return null;
        return decision.MasqueradedAs?.Bound ?? (range.Contains(source) ? source : null);
    }

    /// <summary>A generation's snapshot.</summary>
    internal static ServiceSnapshot Snapshot(Generation generation) => generation.Find<ServiceSnapshot>() ?? ServiceSnapshot.Empty;
}
