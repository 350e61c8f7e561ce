using System.Collections.Immutable;
using System.Globalization;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The gate: which rule, which target group, which target.</summary>
internal static class LoadBalancerHop
{
    private const int SharePoints = 1000;

    /// <summary>
    /// Decides for one request:
    /// <list type="number">
    /// <item>The first rule, by priority, whose conditions all hold; the default rule has none (ALB user guide, Listener rules).</item>
    /// <item>Where the rule validates tokens, the request's; where that isn't good, nothing else is chosen (ALB user guide, Verify JWTs).</item>
    /// <item>Its transforms, which rewrite the request for the target; where one fails, nothing else is chosen (ALB user guide, Transforms for listener rules).</item>
    /// <item>Of a forward action, the target group: where the action is sticky the one that the client's cookie names, else by weight.</item>
    /// <item>Whether the group's protocol version takes such a request (<see cref="ProtocolMatrix"/>); if not, no target is looked for.</item>
    /// <item>The group's targets that this node of the load balancer sends to: all, or with cross-zone load balancing off those of its zone (<see cref="ZoneScope"/>).</item>
    /// <item>The healthy ones of these; if fewer are healthy than the group wants, all of them (fail open; ALB user guide, Target group health).</item>
    /// <item>Where the group is sticky the one that the client's cookie names, if it is among them; else one by the group's algorithm: the next in turn, the one with
    /// the fewest outstanding requests, or any.</item>
    /// </list>
    /// </summary>
    /// <param name="listener">The listener that took the request.</param>
    /// <param name="states">The living state of the targets.</param>
    /// <param name="facts">The request.</param>
    /// <param name="spoken">What it is, to a group's protocol version.</param>
    /// <param name="draw">Chooses the group, and among targets that are equally good.</param>
    /// <param name="reasons">Takes the reasons.</param>
    internal static LoadBalancerChoice Decide<TStates, TReasons>(
        ListenerPlan listener, TStates states, RequestFacts facts, RequestProtocol spoken, Draw draw, TReasons reasons)
        where TStates : struct, ITargetStates
        where TReasons : struct, IReasonSink
    {
        // 1. The rule.
        var rule = RuleSearch.First(listener, facts, reasons);

        // 2. Its token.
        var token = rule.Jwt is { } jwt ? states.ReadToken(jwt, facts) : null;
        if (TReasons.Wanted && token is not null) JwtTelling.Tell(rule.Jwt!, token, reasons);
        if (token is { Passed: false }) return new LoadBalancerChoice(rule, null, null, -1, false, token) { Spoken = spoken };

        // 3. Its transforms.
        var transformed = RuleTransforms.Apply(rule, facts, reasons);
        if (rule.Action is not ForwardPlan forward || transformed is { Failed: true })
        {
            return new LoadBalancerChoice(rule, null, null, -1, false, token, Transformed: transformed) { Spoken = spoken };
        }

        // 4. The target group.
        var cookies = forward.ReadsCookies ? states.ReadCookies(facts) : null;
        RequestReading? read = cookies is null ? token : token is null ? cookies : cookies with { Jwt = token };
        var group = KeptGroup(rule, forward, cookies, reasons) ?? Weighted(forward, draw, reasons);
        if (group is null) return new LoadBalancerChoice(rule, null, null, -1, false, read, Transformed: transformed) { Spoken = spoken };

        // 5. The protocol.
        var accepted = ProtocolMatrix.Accepts(group.Version, spoken, facts.Method);
        if (TReasons.Wanted) TellProtocol(group, spoken, facts.Method, accepted, reasons);
        if (!accepted) return new LoadBalancerChoice(rule, group, null, -1, false, read, Transformed: transformed) { Spoken = spoken, Mismatch = true };

        // 6. The node's targets.
        var scope = listener.ScopeOf(group);
        var reading = states.Read(group, scope);
        var (registered, healthy) = (0, 0);
        foreach (var target in reading.Targets)
        {
            if (target.Elsewhere) continue;
            registered++;
            if (target.Health.Usable) healthy++;
        }

        // 7. The candidates.
        var failOpen = !group.Minimum.Reached(healthy, registered) && registered > 0;
        var candidates = failOpen ? registered : healthy;

        // 8. The target.
        var kept = KeptTarget(group, reading, failOpen, cookies, reasons);
        var chosen = candidates == 0 ? -1 : kept >= 0 ? kept : group.Algorithm switch
        {
            Algorithm.RoundRobin => NextInTurn(reading, failOpen, candidates, draw),
            Algorithm.WeightedRandom => Drawn(reading, failOpen, candidates, draw),
            _ => FewestOutstanding(reading, failOpen, draw),
        };
        if (TReasons.Wanted) TellTargets(group, scope, reading, failOpen, chosen, kept >= 0, reasons);
        return new LoadBalancerChoice(rule, group, reading, chosen, failOpen, read, kept >= 0, transformed) { Spoken = spoken };
    }

    /// <summary>Tells what is worth telling: that HTTP/1.1 goes to an HTTP1 group is no news.</summary>
    private static void TellProtocol<TReasons>(TargetGroupPlan group, RequestProtocol spoken, string method, bool accepted, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        if (accepted && group.Version == ProtocolVersion.Http1) return;
        var why = accepted ? $"takes {spoken.Text()}{(group.Version == ProtocolVersion.Grpc ? " by POST" : "")}" : ProtocolMatrix.Mismatch(group, spoken, method).Problem;
        reasons.Add($"protocol version {group.Version.Text()}", accepted, why);
    }

    internal static TargetGroupPlan? Weighted<TReasons>(ForwardPlan forward, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (forward.Groups.Length == 1 && forward.TotalWeight > 0) return forward.Groups[0].Group;
        TargetGroupPlan? chosen = null;
        var point = forward.TotalWeight == 0 ? -1 : draw.Below(forward.TotalWeight);
        var sum = 0;
        foreach (var (group, weight) in forward.Groups)
        {
            var wins = point >= sum && point < sum + weight;
            sum += weight;
            if (wins) chosen = group;
            if (TReasons.Wanted) reasons.Add($"target group {group.Name}", wins, weight == 0 ? "weight 0" : $"weight {weight} of {forward.TotalWeight}, draw {point}");
        }

        return chosen;
    }

    /// <summary>The group that the client's cookie names, whatever its weight is by now; null when it names none of the action's.</summary>
    private static TargetGroupPlan? KeptGroup<TReasons>(RulePlan rule, ForwardPlan forward, StickyReading? cookies, TReasons reasons)
        where TReasons : struct, IReasonSink => forward.Stickiness is null || cookies is null ? null : NamedGroup(rule, forward, cookies, reasons);

    // Apart, so that only what is sticky pays for the closures.
    private static TargetGroupPlan? NamedGroup<TReasons>(RulePlan rule, ForwardPlan forward, StickyReading cookies, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var bound = cookies.Groups?.FirstOrDefault(b => b.Of == rule.Arn);
        var group = bound is null || bound.Until <= cookies.Now ? null : forward.Groups.FirstOrDefault(g => g.Group.Arn == bound.To)?.Group;
        if (TReasons.Wanted)
        {
            reasons.Add($"cookie {StickyCookies.Group}", group is not null,
                group is not null ? $"keeps the client at target group {group.Name} until {bound!.Until:u}" : Lost(cookies.Groups, bound, cookies.Now, "names a target group that isn't the rule's any more"));
        }

        return group;
    }

    /// <summary>The target that the client's cookie names, if requests may be sent to it; -1 when not.</summary>
    private static int KeptTarget<TReasons>(TargetGroupPlan group, GroupReading reading, bool failOpen, StickyReading? cookies, TReasons reasons)
        where TReasons : struct, IReasonSink => group.Stickiness is not { } plan || cookies is null ? -1 : NamedTarget(group, plan, reading, failOpen, cookies, reasons);

    private static int NamedTarget<TReasons>(TargetGroupPlan group, StickinessPlan plan, GroupReading reading, bool failOpen, StickyReading cookies, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var bindings = cookies.Of(plan);
        var bound = bindings?.FirstOrDefault(b => b.Of == group.Arn);
        var index = -1;
        for (var i = 0; bound is not null && bound.Until > cookies.Now && i < group.Targets.Length; i++)
        {
            if (group.Targets[i].Label == bound.To) index = i;
        }

        var usable = index >= 0 && reading.Targets[index].Counts(failOpen);
        if (TReasons.Wanted)
        {
            var why = usable ? $"keeps the client at {bound!.To} until {bound.Until:u}"
                : index >= 0 ? $"names {bound!.To}, which is {reading.Targets[index].Health.Name}; another is chosen"
                : plan.ApplicationCookie is { } own && !cookies.Names.Contains(own) ? $"the client brought no cookie {own}, on which sessions hang"
                : Lost(bindings, bound, cookies.Now, $"names {bound?.To}, which isn't registered any more");
            reasons.Add($"cookie {plan.CookieName}", usable, why);
        }

        return usable ? index : -1;
    }

    private static string Lost(ImmutableArray<StickyBinding>? bindings, StickyBinding? bound, DateTimeOffset now, string otherwise) =>
        bindings is null ? "the client brought none that can be read"
        : bound is null ? "the client's says nothing about this"
        : bound.Until <= now ? $"the client's ended at {bound.Until:u}"
        : otherwise;

    /// <summary>The next in turn. One in its slow start has its turn as often as its share says; else it is the turn of one with a whole share.</summary>
    private static int NextInTurn(GroupReading reading, bool all, int candidates, Draw draw)
    {
        var next = Nth(reading, all, (int)(reading.Turn % candidates));
        var share = reading.Targets[next].Share;
        if (share >= 1 || Turned(draw).Below(SharePoints) < share * SharePoints) return next;
        var whole = 0;
        foreach (var target in reading.Targets)
        {
            if (target.Counts(all) && target.Share >= 1) whole++;
        }

        if (whole == 0) return next;
        var n = (int)(reading.Turn / candidates % whole);
        for (var i = 0; i < reading.Targets.Length; i++)
        {
            var target = reading.Targets[i];
            if (target.Counts(all) && target.Share >= 1 && n-- == 0) return i;
        }

        return next;
    }

    /// <summary>Any by chance, each by its weight.</summary>
    private static int Drawn(GroupReading reading, bool all, int candidates, Draw draw)
    {
        var total = 0.0;
        foreach (var target in reading.Targets)
        {
            if (target.Counts(all)) total += target.Share;
        }

        if (total >= candidates) return Nth(reading, all, Turned(draw).Below(candidates));
        var point = total * Turned(draw).Below(int.MaxValue) / int.MaxValue;
        var last = -1;
        for (var i = 0; i < reading.Targets.Length; i++)
        {
            if (!reading.Targets[i].Counts(all)) continue;
            last = i;
            if ((point -= reading.Targets[i].Share) < 0) break;
        }

        return last;
    }

    private static int Nth(GroupReading reading, bool all, int n)
    {
        for (var i = 0; i < reading.Targets.Length; i++)
        {
            if (reading.Targets[i].Counts(all) && n-- == 0) return i;
        }

        return -1;
    }

    private static int FewestOutstanding(GroupReading reading, bool all, Draw draw)
    {
        var fewest = int.MaxValue;
        var equals = 0;
        foreach (var target in reading.Targets)
        {
            if (!target.Counts(all)) continue;
            if (target.Outstanding < fewest) (fewest, equals) = (target.Outstanding, 1);
            else if (target.Outstanding == fewest) equals++;
        }

        var n = Turned(draw).Below(equals);
        for (var i = 0; i < reading.Targets.Length; i++)
        {
            var target = reading.Targets[i];
            if (target.Counts(all) && target.Outstanding == fewest && n-- == 0) return i;
        }

        return -1;
    }

    /// <summary>The same draw may have chosen the group by its high bits; the low ones are independent of it.</summary>
    private static Draw Turned(Draw draw) => new(draw.Value << 32 | draw.Value >> 32);

    private static void TellTargets<TReasons>(TargetGroupPlan group, ZoneScope scope, GroupReading reading, bool failOpen, int chosen, bool kept, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        for (var i = 0; i < group.Targets.Length; i++)
        {
            var (health, outstanding, share, elsewhere) = reading.Targets[i];
            if (elsewhere)
            {
                reasons.Add(group.Targets[i].Label, false, scope.Excludes(group.Targets[i]));
                continue;
            }

            var count = outstanding == 1 ? "1 outstanding request" : $"{outstanding} outstanding requests";
            if (reading is WeighedReading weighed) count += $", {AnomalyDetection.Tell(weighed.Standings[i])}";
            else if (share < 1) count += string.Create(CultureInfo.InvariantCulture, $", in its slow start at {share:0 %} of its share");
            var why = TargetFacts.Standing(group, reading, health, count, failOpen);
            if (i != chosen && (health.Usable || failOpen))
            {
                why += kept ? "; the cookie names another" : group.Algorithm == Algorithm.RoundRobin ? "; not its turn" : group.Algorithm == Algorithm.WeightedRandom ? "; not drawn" : outstanding > reading.Targets[chosen].Outstanding ? "; busier" : "; equally busy, the draw fell on another";
            }

            reasons.Add(group.Targets[i].Label, i == chosen, why);
        }
    }
}
