using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>An endpoint that was picked.</summary>
/// <param name="Index">Which of the ready ones; -1 for none, since each was tried.</param>
/// <param name="Reading">What was read of living state for it, where a decision needs that to be made again.</param>
internal readonly record struct Picked(int Index, BalanceReading? Reading = null);

/// <summary>Which endpoint of a backend gets a request (ingress-nginx's balancer.lua and lua/balancer). Pure.</summary>
internal static class EndpointChoice
{
    private static readonly ConditionalWeakTable<FrontEndpoints, HashRing> Rings = [];

    /// <summary>The ring of the ready endpoints, by their declared addresses; made once for as long as they stay.</summary>
    internal static HashRing RingOf(FrontEndpoints endpoints) => Rings.GetValue(endpoints, e => new HashRing([.. e.Ready.Select(r => r.Declared.ToString())]));

    /// <summary>Adds the endpoint to a choice that sends a request on.</summary>
    /// <param name="controller">The controller's pod.</param>
    /// <param name="choice">The backend, and how its endpoints are chosen.</param>
    /// <param name="endpoints">Its endpoints, at least one of them ready, as they were read to choose it.</param>
    /// <param name="states">The living state.</param>
    /// <param name="facts">The request.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="reasons">Where reasons go.</param>
    internal static IngressChoice Add<TStates, TReasons>(ControllerPlan controller, IngressChoice choice, FrontEndpoints endpoints, TStates states, RequestFacts facts, Draw draw, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        if (choice.Verdict != IngressVerdict.Forward) return choice;
        var backend = choice.Backend!;
        if (TReasons.Wanted && choice.Role == ReadState.Primary) choice.Route!.Shared?.Tell(choice.Route, reasons);
        if (backend.ExternalName is { } name)
        {
            if (TReasons.Wanted) reasons.Add(name, true, $"it is the virtual IP of Service {backend.Label}, which chooses the endpoint");
            return choice;
        }

        if (choice.Balance.ServiceUpstream && choice.Role != ReadState.Fallback && backend.HasVirtualIP)
        {
            if (TReasons.Wanted) reasons.Add("service-upstream", true, $"the virtual IP of Service {backend.Label} is dialled, and the Service chooses the endpoint");
            return choice;
        }

        var picked = Pick(controller, choice, endpoints, states.Tries, states, facts, draw, reasons);
        return choice.With(endpoints, picked, states.Tries);
    }

    /// <summary>Picks one.</summary>
    /// <param name="controller">The controller's pod.</param>
    /// <param name="choice">The backend, and how its endpoints are chosen.</param>
    /// <param name="endpoints">Its endpoints, at least one of them ready.</param>
    /// <param name="tries">Those that failed this request before.</param>
    /// <param name="states">The living state.</param>
    /// <param name="facts">The request.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="reasons">Where reasons go.</param>
    internal static Picked Pick<TStates, TReasons>(
        ControllerPlan controller, in IngressChoice choice, FrontEndpoints endpoints, ImmutableArray<FailedTry> tries, TStates states, RequestFacts facts, Draw draw, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        var rule = choice.Balance;
        if (!tries.IsEmpty) draw = draw.Another(-tries.Length);
        return rule.Method switch
        {
            BalanceMethod.Ewma => ByScore(controller, choice.Backend!, endpoints, tries, states, draw, reasons),
            BalanceMethod.Hash => ByHash(rule.HashBy!, ClientView.Of(controller, facts), endpoints, reasons),
            BalanceMethod.HashSubset => BySubset(rule, ClientView.Of(controller, facts), endpoints, draw, reasons),
            BalanceMethod.StickyBalanced or BalanceMethod.StickyPersistent => SessionChoice.Pick(rule.Cookie!, choice.Backend!.Upstream, endpoints, tries, states, facts, draw, reasons),
            _ => ByTurn(states.Turn(controller, choice.Backend!, endpoints), endpoints, tries, reasons),
        };
    }

    /// <summary>Tells of each endpoint why it won or lost.</summary>
    internal static Picked Tell<TReasons>(Picked picked, FrontEndpoints endpoints, TReasons reasons, string won, Func<int, string> lost) where TReasons : struct, IReasonSink
    {
        for (var i = 0; i < endpoints.Ready.Length; i++) reasons.Add(endpoints.Ready[i].Label, i == picked.Index, i == picked.Index ? won : lost(i));
        foreach (var endpoint in endpoints.All)
        {
            if (!endpoint.Ready) reasons.Add(endpoint.Label, false, $"it isn't ready{(endpoint.Message is null ? "" : $": {endpoint.Message}")}");
        }

        return picked;
    }

    /// <summary>resty.roundrobin; where it comes to one that was tried, the next.</summary>
    /// <param name="at">Whose turn it is, among the ready ones.</param>
    /// <param name="endpoints">The endpoints, at least one of them ready.</param>
    /// <param name="tries">Those that failed this request before.</param>
    /// <param name="reasons">Where reasons go.</param>
    internal static Picked ByTurn<TReasons>(int at, FrontEndpoints endpoints, ImmutableArray<FailedTry> tries, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var ready = endpoints.Ready;
        for (var i = 0; i < ready.Length && FailedTry.Has(tries, ready[at]); i++) at = (at + 1) % ready.Length;
        return TReasons.Wanted
            ? Tell(new Picked(at), endpoints, reasons, ready.Length == 1 ? "the only endpoint that is ready" : $"round_robin: its turn, {at + 1} of {ready.Length}", _ => $"round_robin: it is the turn of {at + 1} of {ready.Length}")
            : new Picked(at);
    }

    /// <summary>ewma.lua: two at random of those not tried yet, and of them the one with the lower score.</summary>
    private static Picked ByScore<TStates, TReasons>(ControllerPlan controller, BackendPlan backend, FrontEndpoints endpoints, ImmutableArray<FailedTry> tries, TStates states, Draw draw, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        var ready = endpoints.Ready;
        var left = FailedTry.Left(tries, ready);
        if (left is { Length: 0 }) left = null;
        var count = left?.Length ?? ready.Length;
        var one = draw.Below(count);
        if (count == 1)
        {
            var only = new Picked(left?[0] ?? 0);
            return TReasons.Wanted ? Tell(only, endpoints, reasons, ready.Length == 1 ? "the only endpoint that is ready" : "ewma: the only one that wasn't tried", _ => "ewma: tried before") : only;
        }

        var other = draw.Another(1).Below(count - 1);
        if (other >= one) other++;
        if (left is not null) (one, other) = (left[one], left[other]);
        var scores = states.Scores(controller, backend, endpoints, one, other);
        var picked = new Picked(scores.Other < scores.One ? other : one, scores);
        return TReasons.Wanted
            ? Tell(picked, endpoints, reasons, Score(picked.Index), i => i == one || i == other ? Score(i) : "ewma: not one of the two that were drawn")
            : picked;

        string Score(int index) => FormattableString.Invariant($"ewma: score {(index == one ? scores.One : scores.Other):0.######} s, the {(index == picked.Index ? "lower" : "higher")} of the two that were drawn");
    }

    /// <summary>chash.lua; who was tried before is tried again, since the request hashes to it.</summary>
    private static Picked ByHash<TReasons>(HashKey by, in ClientView view, FrontEndpoints endpoints, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var key = by.Of(view);
        var picked = new Picked(RingOf(endpoints).Find(key));
        return TReasons.Wanted ? Tell(picked, endpoints, reasons, $"upstream-hash-by {by}: '{Printable(key)}' is hashed to it", _ => $"upstream-hash-by {by}: '{Printable(key)}' is hashed to another") : picked;
    }

    /// <summary>chashsubset.lua: the hash finds a subset, and the draw one of it. The last subset is filled up with endpoints of the first.</summary>
    private static Picked BySubset<TReasons>(BalanceRule rule, in ClientView view, FrontEndpoints endpoints, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var key = rule.HashBy!.Of(view);
        var (size, count) = (rule.Subset, endpoints.Ready.Length);
        var sets = (int)(((long)count + size - 1) / size);
        var set = SubsetRing(sets).Find(key);
        var picked = new Picked((int)((((long)set * size) + draw.Below(size)) % count));
        if (!TReasons.Wanted) return picked;
        var name = $"upstream-hash-by {rule.HashBy}: '{Printable(key)}' is hashed to subset {set + 1} of {sets}";
        return Tell(picked, endpoints, reasons, $"{name}, drawn at random from it", i => IsIn(i) ? $"{name}, not drawn from it" : $"{name}, which it isn't in");

        bool IsIn(int index) => Enumerable.Range(0, (int)Math.Min(size, count)).Any(k => (((long)set * size) + k) % count == index);
    }

    private static HashRing SubsetRing(int sets) => SubsetRings.GetOrAdd(sets, n => new HashRing([.. Enumerable.Range(1, n).Select(i => $"set{i}")]));

    // By the number of subsets, of which there are no more than endpoints.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, HashRing> SubsetRings = new();

    /// <summary>A key for people: an address in binary is none.</summary>
    private static string Printable(string key) => string.Concat(key.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\x{(int)c:x2}"));
}
