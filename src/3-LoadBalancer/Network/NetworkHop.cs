using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.LoadBalancer;

/// <summary>What a Network Load Balancer chose.</summary>
/// <param name="Group">The target group; null when every weight is 0.</param>
/// <param name="Reading">What was read of that group, or null.</param>
/// <param name="Target">The index of the target in its group; -1 when there is none to choose.</param>
/// <param name="FailOpen">True when too few targets were healthy and so all were taken for healthy.</param>
/// <param name="Hash">The hash that the target was chosen by.</param>
internal readonly record struct NetworkChoice(TargetGroupPlan? Group, GroupReading? Reading, int Target, bool FailOpen, ulong Hash);

/// <summary>Which target a new flow goes to. It stays there for its life.</summary>
internal static class NetworkHop
{
    /// <summary>
    /// Decides for one flow:
    /// <list type="number">
    /// <item>The target group, by weight and draw (ELBv2 API, ForwardActionConfig).</item>
    /// <item>The group's targets: all, or with cross-zone load balancing off those in the zone of the node that was reached (NLB user guide, Cross-zone load balancing for target groups).</item>
    /// <item>The healthy ones of these; if fewer are healthy than the group wants, all of these (fail open; NLB user guide, Target group health).</item>
    /// <item>One of them by the hash of the flow (Elastic Load Balancing user guide, Routing algorithm); in a sticky group by that of its addresses alone (NLB user guide, Sticky sessions).</item>
    /// </list>
    /// </summary>
    /// <param name="listener">The listener that took the flow.</param>
    /// <param name="states">The living state of the targets.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="draw">Chooses the group.</param>
    /// <param name="reasons">Takes the reasons.</param>
    internal static NetworkChoice Decide<TStates, TReasons>(NetworkListenerPlan listener, TStates states, Flow flow, Draw draw, TReasons reasons)
        where TStates : struct, ITargetReadings
        where TReasons : struct, IReasonSink
    {
        // 1. The target group.
        if (LoadBalancerHop.Weighted(listener.Forward, draw, reasons) is not { } group) return new NetworkChoice(null, null, -1, false, flow.Hash());
        var hash = group.Network is { Sticky: true } ? flow.AddressHash() : flow.Hash();

        // 2. The node's targets.
        var scope = listener.ScopeOf(group);
        var reading = states.Read(group, scope);
        var registered = reading.Registered;

        // 3. The candidates.
        var failOpen = !group.Minimum.Reached(reading.Healthy, registered) && registered > 0;

        // 4. The target.
        var chosen = -1;
        var most = 0UL;
        for (var i = 0; i < reading.Targets.Length; i++)
        {
            if (!reading.Targets[i].Counts(failOpen)) continue;
            var worth = Flow.Worth(hash, group.Targets[i].Label);
            if (chosen >= 0 && worth <= most) continue;
            (chosen, most) = (i, worth);
        }

        if (TReasons.Wanted) Tell(group, scope, reading, failOpen, chosen, hash, reasons);
        return new NetworkChoice(group, reading, chosen, failOpen, hash);
    }

    private static void Tell<TReasons>(TargetGroupPlan group, ZoneScope scope, GroupReading reading, bool failOpen, int chosen, ulong hash, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        for (var i = 0; i < group.Targets.Length; i++)
        {
            var (health, connections, _, elsewhere) = reading.Targets[i];
            if (elsewhere)
            {
                reasons.Add(group.Targets[i].Label, false, scope.Excludes(group.Targets[i]));
                continue;
            }

            var carries = connections == 1 ? "1 connection" : string.Create(CultureInfo.InvariantCulture, $"{connections} connections");
            var why = TargetFacts.Standing(group, reading, health, carries, failOpen);
            if (health.Usable || failOpen)
            {
                var worth = Flow.Worth(hash, group.Targets[i].Label).ToString("x16", CultureInfo.InvariantCulture);
                var whose = group.Network is { Sticky: true } ? "hash of the flow's addresses" : "flow's hash";
                why += i == chosen ? $"; the {whose} with its name is {worth}, the highest" : $"; the {whose} with its name is {worth}, which is lower";
            }

            reasons.Add(group.Targets[i].Label, i == chosen, why);
        }
    }
}
