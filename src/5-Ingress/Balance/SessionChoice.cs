using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Which endpoint a session is at (sticky.lua, sticky_balanced.lua, sticky_persistent.lua). Pure.</summary>
internal static class SessionChoice
{
    /// <summary>How often sticky_balanced looks for a key that leads to an endpoint which hasn't failed.</summary>
    private const int MostKeys = 20;

    private static readonly ConditionalWeakTable<FrontEndpoints, ConcurrentDictionary<string, FrozenDictionary<string, int>>> Names = [];

    /// <summary>Whether a session is at the canary or at what it is a canary of; null for no session, and for a canary that takes none over (balancer.lua, route_to_alternative_balancer).</summary>
    internal static bool? TakesCanary<TReasons>(RoutePlan route, CanaryPlan canary, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (route.Balance.Cookie is { } own && SessionCookie.IsOf(RequestCookie.Of(facts, own.Name, StringComparison.Ordinal), route.Backend.Upstream))
        {
            if (TReasons.Wanted) reasons.Add(canary.Label, false, $"cookie {own.Name} was given for {route.Backend.Label}, where the session stays", notable: true);
            return false;
        }

        if (canary.Balance.Cookie is not { } cookie || !SessionCookie.IsOf(RequestCookie.Of(facts, cookie.Name, StringComparison.Ordinal), canary.Backend.Upstream)) return null;
        if (TReasons.Wanted) reasons.Add(canary.Label, true, $"cookie {cookie.Name} was given for {canary.Backend.Label}, where the session stays", notable: true);
        return true;
    }

    /// <summary>The session's endpoint: the cookie's, unless that has failed and may be changed; else one for a new session.</summary>
    internal static Picked Pick<TStates, TReasons>(
        SessionCookie cookie, string upstream, FrontEndpoints endpoints, ImmutableArray<FailedTry> tries, TStates states, RequestFacts facts, Draw draw, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        var key = SessionCookie.KeyIn(RequestCookie.Of(facts, cookie.Name, StringComparison.Ordinal));
        var found = key is null ? -1 : cookie.Persistent ? NamesOf(endpoints, upstream).GetValueOrDefault(key, -1) : EndpointChoice.RingOf(endpoints).Find(key);
        if (found >= 0 && (tries.IsEmpty || !cookie.ChangeOnFailure))
        {
            return TReasons.Wanted
                ? EndpointChoice.Tell(new Picked(found), endpoints, reasons, $"cookie {cookie.Name} keeps the session at it", _ => $"cookie {cookie.Name} keeps the session at another")
                : new Picked(found);
        }

        var picked = New(cookie, upstream, endpoints, tries, states, draw);
        if (!TReasons.Wanted) return picked;
        var why = key is null ? $"no cookie {cookie.Name}" : found < 0 ? $"cookie {cookie.Name} names no endpoint that is ready" : $"the endpoint of cookie {cookie.Name} failed";
        return EndpointChoice.Tell(picked, endpoints, reasons, $"{why}: drawn for a new session", _ => $"{why}: not drawn for a new session");
    }

    private static Picked New<TStates>(SessionCookie cookie, string upstream, FrontEndpoints endpoints, ImmutableArray<FailedTry> tries, TStates states, Draw draw) where TStates : struct, IBackendStates
    {
        var ready = endpoints.Ready;
        var reading = states.Session();
        if (cookie.Persistent)
        {
            var left = FailedTry.Left(tries, ready);
            if (left is { Length: 0 }) return new Picked(-1);
            var at = draw.Below(left?.Length ?? ready.Length);
            if (left is not null) at = left[at];
            return new Picked(at, reading with { Key = SessionCookie.EndpointKey(upstream, ready[at].Declared.ToString()) });
        }

        for (var i = 1; i <= MostKeys; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{reading.One + i:0.###}.{reading.Other}.{draw.Another(i).Below(999_999) + 1}");
            var at = EndpointChoice.RingOf(endpoints).Find(key);
            if (!FailedTry.Has(tries, ready[at])) return new Picked(at, reading with { Key = key });
        }

        return new Picked(-1);
    }

    private static FrozenDictionary<string, int> NamesOf(FrontEndpoints endpoints, string upstream) => Names.GetOrCreateValue(endpoints)
        .GetOrAdd(upstream, static (name, all) => all.Ready.Select((e, i) => (e, i)).ToFrozenDictionary(p => SessionCookie.EndpointKey(name, p.e.Declared.ToString()), p => p.i), endpoints);
}
