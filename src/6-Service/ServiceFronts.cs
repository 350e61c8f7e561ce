using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>kube-proxy's program, answered from a generation's snapshot and the living endpoints.</summary>
internal sealed class ServiceFronts(EndpointTable endpoints, AffinityTable affinity, IPodDirectory pods) : IServiceFronts
{
    /// <inheritdoc/>
    public event Action? Changed
    {
        add => pods.Changed += value;
        remove => pods.Changed -= value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServiceFront> All(Generation generation) => Snapshot(generation).Addresses;

    /// <inheritdoc/>
    public bool HasEndpoints(Generation generation, ServiceFront front)
    {
        var snapshot = Snapshot(generation);
        if (snapshot.FrontAt(front.Bound) is not { } found) return false;
        var conditions = endpoints.Of(snapshot, found.Port).Conditions;
        // A virtual IP is one socket for all nodes here, so it stays open while any node has an endpoint.
        return found.Address.Kind == FrontKind.NodePort && found.Port.ExternalLocal
            ? UsableEndpoints.Local(found.Port.Endpoints, conditions, found.Node).Count(found.Port.Endpoints, conditions) > 0
            : UsableEndpoints.Any(conditions);
    }

    /// <inheritdoc/>
    public FrontDecision Decide(Generation generation, ServiceFront front, IPAddress source)
    {
        var snapshot = Snapshot(generation);
        return snapshot.FrontAt(front.Bound) is { } found
            ? Decide(snapshot, found, source, Draw.Random())
            : new FrontDecision(new NoFrontDecision(generation.Number, front), null, null);
    }

    /// <summary>Decides with a given draw.</summary>
    internal FrontDecision Decide(ServiceSnapshot snapshot, Front front, IPAddress source, Draw draw)
    {
        var facts = new ConnectionFacts(source, snapshot.Places.GetValueOrDefault(source));
        // The node whose kube-proxy takes the connection: a NodePort's own, or the caller's.
        var node = (front.Node ?? facts.SourceNode)?.Name;
        var state = new ServiceState(endpoints.Of(snapshot, front.Port), affinity.Find(front.Port, node, source));
        var decision = new ServiceDecision(front, state, facts, draw);
        if (decision.Endpoint is not { } endpoint) return new FrontDecision(decision, null, null);
        return new FrontDecision(decision, endpoint.Bound, DialFrom(decision, source, snapshot.Range))
        {
            Opened = front.Port.Affinity is null ? null : Remember(front.Port, node, source, endpoint.Declared),
        };
    }

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
