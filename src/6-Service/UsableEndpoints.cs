using System.Collections.Immutable;
using System.Net;

namespace Usher.Service;

/// <summary>How the place of an endpoint narrows the choice.</summary>
internal enum Scope
{
    /// <summary>Any place.</summary>
    Cluster,

    /// <summary>The policy is Local: this node only.</summary>
    ThisNode,

    /// <summary>Every ready endpoint has node hints, and one is meant for this node.</summary>
    HintedNode,

    /// <summary>Every ready endpoint has zone hints, and one is meant for this node's zone.</summary>
    HintedZone,
}

/// <summary>
/// Which endpoints a connection may be sent to, as a filter that costs no allocation.
/// The rules are those of <c>CategorizeEndpoints</c> in Kubernetes' <c>pkg/proxy/topology.go</c>.
/// </summary>
/// <param name="Scope">How the place narrows the choice.</param>
/// <param name="Place">The node's or zone's name for the narrow scopes; null where it is unknown, which no endpoint matches.</param>
/// <param name="Terminating">True when no endpoint is ready, so that those that terminate but still serve are used.</param>
internal readonly record struct UsableEndpoints(Scope Scope, string? Place, bool Terminating)
{
    /// <summary>Whether any endpoint anywhere is usable.</summary>
    public static bool Any(ImmutableArray<EndpointCondition> conditions)
    {
        foreach (var condition in conditions)
        {
            if (condition.Ready || condition.ServesWhileTerminating) return true;
        }

        return false;
    }

    /// <summary>Those of the policy Cluster: hints are followed only if every ready endpoint has them and one fits.</summary>
    public static UsableEndpoints Cluster(ImmutableArray<PossibleEndpoint> endpoints, ImmutableArray<EndpointCondition> conditions, NodePlace? here)
    {
        bool ready = false, node = false, zone = false, allNodes = true, allZones = true;
        for (var i = 0; i < endpoints.Length; i++)
        {
            if (!conditions[i].Ready) continue;
            ready = true;
            var endpoint = endpoints[i];
            if (endpoint.NodeHints.IsEmpty) allNodes = false;
            else if (here is not null && endpoint.NodeHints.Contains(here.Name)) node = true;
            if (endpoint.ZoneHints.IsEmpty) allZones = false;
            else if (here?.Zone is { } own && endpoint.ZoneHints.Contains(own)) zone = true;
        }

        if (!ready) return new UsableEndpoints(Scope.Cluster, null, Terminating: true);
        if (allNodes && node) return new UsableEndpoints(Scope.HintedNode, here!.Name, false);
        if (allZones && zone) return new UsableEndpoints(Scope.HintedZone, here!.Zone, false);
        return new UsableEndpoints(Scope.Cluster, null, false);
    }

    /// <summary>Those of the policy Local.</summary>
    public static UsableEndpoints Local(ImmutableArray<PossibleEndpoint> endpoints, ImmutableArray<EndpointCondition> conditions, NodePlace? here)
    {
        var ready = new UsableEndpoints(Scope.ThisNode, here?.Name, false);
        return ready.Count(endpoints, conditions) > 0 ? ready : ready with { Terminating = true };
    }

    /// <summary>Whether it may be chosen.</summary>
    public bool Takes(PossibleEndpoint endpoint, EndpointCondition condition) =>
        (Terminating ? condition.ServesWhileTerminating : condition.Ready) && Scope switch
        {
            Scope.Cluster => true,
            Scope.ThisNode => Place is not null && endpoint.Node == Place,
            Scope.HintedNode => endpoint.NodeHints.Contains(Place!),
            _ => endpoint.ZoneHints.Contains(Place!),
        };

    /// <summary>How many may be chosen.</summary>
    public int Count(ImmutableArray<PossibleEndpoint> endpoints, ImmutableArray<EndpointCondition> conditions)
    {
        var count = 0;
        for (var i = 0; i < endpoints.Length; i++)
        {
            if (Takes(endpoints[i], conditions[i])) count++;
        }

        return count;
    }

    /// <summary>The index of the one at a position among those that may be chosen.</summary>
    public int At(ImmutableArray<PossibleEndpoint> endpoints, ImmutableArray<EndpointCondition> conditions, int position)
    {
        for (var i = 0; i < endpoints.Length; i++)
        {
            if (Takes(endpoints[i], conditions[i]) && position-- == 0) return i;
        }

        return -1;
    }

    /// <summary>The index of a declared endpoint and its position among those that may be chosen; -1 for both when it may not.</summary>
    public (int Index, int Position) Find(
        ImmutableArray<PossibleEndpoint> endpoints, ImmutableArray<EndpointCondition> conditions, IPEndPoint declared)
    {
        var position = 0;
        for (var i = 0; i < endpoints.Length; i++)
        {
            if (!Takes(endpoints[i], conditions[i])) continue;
            if (endpoints[i].Declared.Equals(declared)) return (i, position);
            position++;
        }

        return (-1, -1);
    }
}
