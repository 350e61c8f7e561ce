using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Service;

/// <summary>What kube-proxy's rules do with a connection.</summary>
internal enum Verdict
{
    /// <summary>Its destination becomes an endpoint.</summary>
    Dnat,

    /// <summary>Refused: the Service has no usable endpoint at all.</summary>
    Reject,

    /// <summary>Dropped: the policy is Local and this node has no usable endpoint, though others have.</summary>
    Drop,
}

/// <summary>What was chosen.</summary>
/// <param name="Verdict">What happens to the connection.</param>
/// <param name="Endpoint">Index of the endpoint; -1 without one.</param>
/// <param name="Usable">Which endpoints could be chosen.</param>
/// <param name="Count">How many those are.</param>
/// <param name="Drawn">Index among those; -1 without one.</param>
/// <param name="Sticky">True when affinity chose, not the draw.</param>
/// <param name="Bypassed">True when a source inside the cluster was exempt from <c>externalTrafficPolicy: Local</c>.</param>
internal readonly record struct ServiceChoice(
    Verdict Verdict, int Endpoint, UsableEndpoints Usable, int Count, int Drawn, bool Sticky, bool Bypassed);

/// <summary>
/// Step 6: the choice of an endpoint for one connection, as kube-proxy's rules make it.
/// <list type="number">
/// <item>Which policy: the virtual IP obeys <c>internalTrafficPolicy</c>, a NodePort <c>externalTrafficPolicy</c>, from which sources inside
/// the cluster are exempt.</item>
/// <item>Which endpoints are usable: the ready ones, narrowed by policy and topology hints; where none is ready, those that terminate but
/// still serve. None → reject, or drop when only other nodes have one.</item>
/// <item>Affinity: a client that was here before gets its endpoint again, if that is still usable.</item>
/// <item>Otherwise one at random, each equally likely. There is no second try: if the endpoint doesn't answer, the connection fails.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/reference/networking/virtual-ips/"/>
internal static class ServiceHop
{
    /// <summary>Chooses an endpoint. Pure.</summary>
    public static ServiceChoice Decide<TReasons>(Front front, ServiceState state, ConnectionFacts facts, Draw draw, in TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var port = front.Port;
        var endpoints = port.Endpoints;
        var conditions = state.Endpoints.Conditions;

        // 1. Policy. A source inside the cluster stands for one that went out and came back through a load balancer, so Local doesn't bind it
        //    (https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy).
        var atNode = front.Address.Kind == FrontKind.NodePort;
        var bypassed = atNode && port.ExternalLocal && facts.SourceNode is not null;
        var local = atNode ? port.ExternalLocal && !bypassed : port.InternalLocal;
        var here = atNode ? front.Node : facts.SourceNode;

        // 2. Usable endpoints.
        var usable = local ? UsableEndpoints.Local(endpoints, conditions, here) : UsableEndpoints.Cluster(endpoints, conditions, here);
        var count = usable.Count(endpoints, conditions);
        if (count == 0)
        {
            var verdict = local && UsableEndpoints.Any(conditions) ? Verdict.Drop : Verdict.Reject;
            var nothing = new ServiceChoice(verdict, -1, usable, 0, -1, false, bypassed);
            if (TReasons.Wanted) EndpointReasons.Tell(port, state, nothing, reasons);
            return nothing;
        }

        // 3. Affinity.
        var sticky = false;
        var drawn = -1;
        var chosen = -1;
        if (state.Remembered is { } remembered)
        {
            (chosen, drawn) = usable.Find(endpoints, conditions, remembered);
            sticky = chosen >= 0;
        }

        // 4. Draw.
        if (!sticky)
        {
            drawn = draw.Below(count);
            chosen = usable.At(endpoints, conditions, drawn);
        }

        var choice = new ServiceChoice(Verdict.Dnat, chosen, usable, count, drawn, sticky, bypassed);
        if (TReasons.Wanted) EndpointReasons.Tell(port, state, choice, reasons);
        return choice;
    }
}
