using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What a Gateway makes of a request.</summary>
internal enum GatewayVerdict : byte
{
    /// <summary>To a backend.</summary>
    Forward,

    /// <summary>No listener of the port is for the host: 404.</summary>
    NoListener,

    /// <summary>Another listener than the one that the handshake asked for is for the host: 421.</summary>
    Misdirected,

    /// <summary>The path can't be normalised: 400.</summary>
    Malformed,

    /// <summary>No rule matches: 404.</summary>
    NoRoute,

    /// <summary>A filter redirects.</summary>
    Redirect,

    /// <summary>A preflight of cross-origin requests: 204.</summary>
    Preflight,

    /// <summary>The rule, or the backend that was drawn, isn't valid: 500.</summary>
    Broken,

    /// <summary>The backend has no ready endpoint: 503.</summary>
    Unavailable,
}

/// <summary>What was chosen.</summary>
/// <param name="Verdict">What becomes of the request.</param>
/// <param name="Listener">The listener; null where none is for the host.</param>
/// <param name="Match">The match that took it, or null.</param>
/// <param name="Backend">The backend that was drawn, or null.</param>
/// <param name="Read">What was read of the backend.</param>
internal readonly record struct GatewayChoice(GatewayVerdict Verdict, ListenerPlan? Listener = null, RuleMatch? Match = null, WeightedBackend? Backend = null, BackendReading Read = default)
{
    /// <summary>The redirect, the backend's own or the rule's.</summary>
    internal RedirectFilter? Redirect => Backend?.Redirect ?? Match?.Rule.Redirect;
}

/// <summary>A Gateway's choice: listener, rule, backend.</summary>
internal static class GatewayHop
{
    /// <summary>
    /// Decides for one request (Gateway API v1.6, Gateway, HTTPRoute and GRPCRoute):
    /// <list type="number">
    /// <item>The listener: of those of the port, the one whose hostname is the most specific for the request's host; no other one's routes count. Where TLS ended for another listener's name: 421.</item>
    /// <item>The rule: of the routes whose host is the most specific, the first match in order of precedence; then of those with a less specific one; else 404.</item>
    /// <item>The rule's own answers: a preflight, a redirect, 500 where a filter or every backend isn't valid.</item>
    /// <item>The backend: drawn by weight among all, so that one that isn't valid answers its share with 500.</item>
    /// <item>A backend without a ready endpoint: 503. Of a headless Service, which has no virtual IP, the endpoint whose turn it is.</item>
    /// </list>
    /// </summary>
    /// <param name="port">The port.</param>
    /// <param name="handshake">The listener that the handshake was decided for; null in the plain.</param>
    /// <param name="states">The living state.</param>
    /// <param name="facts">The request.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="reasons">Takes every candidate.</param>
    internal static GatewayChoice Decide<TStates, TReasons>(GatewayPort port, ListenerPlan? handshake, TStates states, RequestFacts facts, Draw draw, TReasons reasons)
        where TStates : struct, IBackendReader
        where TReasons : struct, IReasonSink
    {
        // 1. The listener.
        var listener = Listener(port.Plan, facts.Host, reasons);
        if (handshake is not null && listener is not null && handshake != listener) return new GatewayChoice(GatewayVerdict.Misdirected, listener);
        if (listener is null || listener.Kind != ListenerKind.Http) return new GatewayChoice(GatewayVerdict.NoListener);

        // 2. The rule.
        if (NormalPath.Of(facts.Path) is not { } path) return new GatewayChoice(GatewayVerdict.Malformed, listener);
        RuleMatch? match = null;
        foreach (var table in listener.Routes.For(facts.Host))
        {
            match = table.Find(facts, path, reasons);
            if (match is not null) break;
        }

        if (match is null) return new GatewayChoice(GatewayVerdict.NoRoute, listener);

        // 3. Its own answers.
        var rule = match.Rule;
        if (rule.Broken is { } broken)
        {
            if (TReasons.Wanted) reasons.Add(rule.Field, false, broken);
            return new GatewayChoice(GatewayVerdict.Broken, listener, match);
        }

        if (rule.Cors is { } cors && CorsFilter.IsPreflight(facts))
        {
            var origin = RequestMatch.Header(facts, "Origin")!;
            if (TReasons.Wanted) reasons.Add("filter CORS", true, cors.Allows(origin) ? $"a preflight from {origin}, which is allowed, is answered here" : $"a preflight from {origin}, which isn't one of {cors.Written}, is answered without allowing anything");
            return new GatewayChoice(GatewayVerdict.Preflight, listener, match);
        }

        if (rule.Redirect is not null) return new GatewayChoice(GatewayVerdict.Redirect, listener, match);

        // 4. The backend.
        var backend = WeightedBackends.Draw(rule.Backends, rule.TotalWeight, rule.Field, draw, reasons);
        if (backend is null || backend.Invalid is not null) return new GatewayChoice(GatewayVerdict.Broken, listener, match, backend);
        if (backend.Redirect is not null) return new GatewayChoice(GatewayVerdict.Redirect, listener, match, backend);

        // 5. Its endpoints.
        var read = states.Read(backend.Backend);
        if (TReasons.Wanted) read.Explain(backend.Backend, reasons);
        return new GatewayChoice(read.Ready ? GatewayVerdict.Forward : GatewayVerdict.Unavailable, listener, match, backend, read);
    }

    /// <summary>The listener of a port for a host, or null.</summary>
    internal static ListenerPlan? Listener<TReasons>(PortPlan port, string host, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var found = port.Listeners.Find(host);
        if (!TReasons.Wanted) return found;
        foreach (var (written, listener) in port.Listeners.Written)
        {
            var takes = HostMatches<ListenerPlan>.Takes(written, host);
            reasons.Add(listener.Label, listener == found, listener == found ? $"is the most specific of the port's for {(host.Length == 0 ? "no host" : host)}"
                : takes ? $"is for it too, but {found!.Label} is more specific" : $"isn't for {(host.Length == 0 ? "no host" : host)}");
        }

        foreach (var lost in port.Listeners.Written.Where(l => HostMatches<ListenerPlan>.Takes(l.Key, host)).SelectMany(l => l.Value.Lost).Where(l => HostMatches<ListenerPlan>.Takes(l.Host, host))) reasons.Add(lost.Label, false, $"takes no effect at listener {lost.Listener}: {lost.Why}", notable: true);

        return found;
    }
}
