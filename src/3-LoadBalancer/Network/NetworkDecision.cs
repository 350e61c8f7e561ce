using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A decision of a Network Load Balancer with all it was made from.</summary>
internal sealed class NetworkDecision(NetworkListenerPlan listener, Flow flow, Draw draw, NetworkChoice choice) : IConnectionDecision
{
    internal NetworkListenerPlan Listener { get; } = listener;

    internal Flow Flow { get; } = flow;

    internal Draw Draw { get; } = draw;

    internal NetworkChoice Choice { get; } = choice;

    internal TargetPlan? Target => Choice.Target < 0 ? null : Choice.Group!.Targets[Choice.Target];

    /// <summary>True for a flow that only an explanation has: its client's port is made up.</summary>
    internal bool Imagined { get; init; }

    /// <summary>
    /// The address that the target sees. The client's own where the group preserves it, with another port than the client's; else the load balancer's.
    /// </summary>
    internal IPAddress Source => Preserved ? Flow.Source.Address : Listener.Bound.Address;

    /// <summary>What the target is told in a PROXY header of version 2: the client, and the listener as the client knows it; null where the group has none sent.</summary>
    internal ProxiedEnds? Proxied => Choice.Group?.Network is { ProxyProtocol: true } && Target is not null ? new(Flow.Source, new IPEndPoint(Flow.Destination.Address, Listener.Port)) : null;

    private string Loss => Flow.Loss(Flow.Udp);

    private string What => Flow.Udp ? "datagrams" : "connections";

    // Only a loopback address can be dialled from here.
    private bool Preserved => Choice.Group?.Network is { PreservesClient: true } && IPAddress.IsLoopback(Flow.Source.Address);

    /// <summary>Decides now.</summary>
    internal static NetworkDecision Make<TStates>(NetworkListenerPlan listener, TStates states, Flow flow, Draw draw, bool imagined = false)
        where TStates : struct, ITargetReadings =>
        new(listener, flow, draw, NetworkHop.Decide(listener, states, flow, draw, default(NoReasons))) { Imagined = imagined };

    /// <summary>The same decision from what was recorded, with the reasons.</summary>
    internal NetworkChoice Replay(ReasonList reasons) => NetworkHop.Decide(Listener, new RecordedReading(Choice.Reading), Flow, Draw, reasons);

    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var replayed = Replay(reasons);
        var (outcome, problem) = NoTarget(replayed);
        var facts = FactsOf(replayed);
        if (problem is not null) facts["problem"] = problem;
        yield return new HopAccount(Hop.LoadBalancer, Listener.LoadBalancerName, Sentence(replayed))
        {
            Facts = facts,
            Reasons = reasons.All,
            Ok = outcome is null,
            Outcome = outcome,
        };
    }

    /// <summary>Why there is no target to choose: its code, and the way out; nothing where there is one.</summary>
    private (string? Outcome, string? Problem) NoTarget(NetworkChoice choice) => choice switch
    {
        { Group: null } => ($"load-balancer.{Loss}.no-weight", $"the listener forwards to target groups that all have weight 0, so {What} are {Loss}; give one a weight"),
        { Target: < 0 } when choice.Group.Targets.Length > 0 => ($"load-balancer.{Loss}.no-target-in-zone",
            $"{Listener.ScopeOf(choice.Group).Empty(choice.Group)}. Until then {What} are {Loss}"),
        { Target: < 0 } => ($"load-balancer.{Loss}.no-registered-target", $"target group {choice.Group.Name} has no registered targets, so {What} are {Loss}; register some in spec.targets"),
        _ => (null, null),
    };

    private string Sentence(NetworkChoice choice)
    {
        if (choice.Group is not { } group) return $"{Listener.Label} → no target group with a weight: {Loss}";
        if (choice.Target < 0) return $"{Listener.Label} → target group {group.Name} → no registered target{(group.Targets.Length > 0 ? Listener.ScopeOf(group).Where : "")}: {Loss}";
        var target = group.Targets[choice.Target];
        var healthy = choice.Reading!.Healthy;
        var of = choice.FailOpen ? choice.Reading.Registered : healthy;
        var open = choice.FailOpen ? $" ({(healthy == 0 ? "none is healthy" : "too few are healthy")}: fail open)" : "";
        return $"{Listener.Label} → target group {group.Name} → {target.Id} {target.Declared}, by the {(group.Network is { Sticky: true } ? "hash of its addresses (sticky)" : "flow's hash")} of {of}{open}";
    }

    private JsonObject FactsOf(NetworkChoice choice)
    {
        var told = new JsonObject
        {
            ["loadBalancerArn"] = Listener.LoadBalancerArn,
            ["listener"] = Listener.Label,
            ["listenerArn"] = Listener.Arn,
            ["bound"] = Listener.Bound.ToString(),
            ["protocol"] = Listener.Protocol.Text(),
            ["flow"] = Imagined ? $"{Flow}; the client's port is made up, another one may lead to another target" : Flow.ToString(),
            ["flowHash"] = choice.Hash.ToString("x16", CultureInfo.InvariantCulture),
        };
        if (Listener.Service is not null) told["service"] = Listener.Service;
        if (Listener.Ingress is not null) told["ingress"] = Listener.Ingress;
        if (Listener.Tls is { } policy)
        {
            told["sslPolicy"] = policy.Name;
            told["alpnPolicy"] = Listener.Alpn.Text;
        }

        if (Listener.Zone is not null) told["zone"] = Listener.Zone;
        if (Listener.Forward.Groups.Length > 1) told["draw"] = Draw.Value.ToString("x16", CultureInfo.InvariantCulture);
        if (choice.Group is not { } group) return told;
        told["targetGroup"] = group.Name;
        told["targetGroupArn"] = group.Arn;
        if (Listener.Tls is not null && group.Network is { Protocol: NetworkProtocol.Tls }) TargetTls.AddTo(told, "TLS", Listener.Tls);
        if (Listener.ScopeOf(group).IsZonal) told["crossZone"] = false;
        if (group.Network is { Sticky: true }) told["sticky"] = "source_ip";
        TargetFacts.AddTo(told, group, choice.Reading!, choice.FailOpen, choice.Target);
        if (choice.Target < 0) return told;
        if (Proxied is { } ends) told["proxyProtocol"] = $"version 2: {ends.Source} → {ends.Destination}";
        told["connections"] = choice.Reading!.Targets[choice.Target].Outstanding;
        told["clientAddress"] = Preserved ? $"preserved: the target sees {Source}, from a port of its own"
            : group.Network!.PreservesClient ? $"not preserved, since {Flow.Source.Address} can't be dialled from on this machine: the target sees {Source}"
            : $"not preserved: the target sees the load balancer's own, {Source}";
        return told;
    }
}
