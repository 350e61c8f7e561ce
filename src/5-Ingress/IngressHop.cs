using System.Globalization;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>What the ingress controller makes of a request.</summary>
internal enum IngressVerdict : byte
{
    /// <summary>To the route's Service.</summary>
    Forward,

    /// <summary>No host or path matches: 404.</summary>
    NotFound,

    /// <summary>The route's Service has no ready endpoint: 503.</summary>
    Unavailable,

    /// <summary><c>/healthz</c> of the default server: 200.</summary>
    Health,

    /// <summary>The path can't be normalised: 400.</summary>
    Malformed,

    /// <summary>The whole host is redirected to or from www.</summary>
    Www,

    /// <summary><c>/</c> is redirected to <c>app-root</c>: 302.</summary>
    AppRoot,

    /// <summary>The path lacks its location's final slash: 301.</summary>
    Slash,

    /// <summary>The body is longer than <c>proxy-body-size</c>: 413.</summary>
    TooLarge,

    /// <summary>A preflight of cross-origin requests: 204.</summary>
    Preflight,

    /// <summary><c>permanent-redirect</c> or <c>temporal-redirect</c>.</summary>
    Redirect,

    /// <summary><c>rewrite-target</c> is a URL: 302.</summary>
    Rewritten,

    /// <summary>To the same URL with https.</summary>
    Https,

    /// <summary>The client's address isn't allowed: 403.</summary>
    Forbidden,

    /// <summary>No user, or not one with this password: 401.</summary>
    Unauthorized,

    /// <summary>More than limit-rps, limit-rpm or limit-connections allow: 503.</summary>
    Limited,

    /// <summary>An annotation of the location can't be read: 503.</summary>
    Denied,

    /// <summary>The certificate that the client showed, or that it showed none: 400, 403 or 421.</summary>
    Certificate,

    /// <summary>A method that nginx takes from nobody: 405.</summary>
    NotAllowed,
}

/// <summary>What was read of living state: which backends of a route were ready, and which limits a request ran into.</summary>
[Flags]
internal enum ReadState : byte
{
    None = 0,

    /// <summary>The route's own.</summary>
    Primary = 1,

    /// <summary>The canary's.</summary>
    Canary = 2,

    /// <summary>The annotation default-backend's.</summary>
    Fallback = 4,

    /// <summary>The client's address asks too often.</summary>
    OverRate = 8,

    /// <summary>The client's address has too much under way.</summary>
    OverConnections = 16,
}

/// <summary>The receptionist: which Service, by host and path.</summary>
internal static class IngressHop
{
    /// <summary>
    /// Decides for one request (Kubernetes documentation, Ingress; ingress-nginx's template, in the order of nginx's phases):
    /// <list type="number">
    /// <item>The server: an exact host, else a wildcard of one label, else the rules without a host. It may be a redirect as a whole, or have an app-root.</item>
    /// <item>Its location: 400 for what is no path; the first of its routes that matches; else a default backend; else 404, but for the controller's own <c>/healthz</c>.</item>
    /// <item>The location's own answers: a final slash, the body's size, a preflight, redirects.</item>
    /// <item>To https, where a certificate or an annotation wants it.</item>
    /// <item>The backend: the canary's, the route's own, or default-backend's; 503 without a ready endpoint.</item>
    /// <item>How much one address may ask: 503.</item>
    /// <item>Who may come: 403 by address, 401 by name and password, and whether somebody else is to be asked (<see cref="AccessRules"/>).</item>
    /// <item>The endpoint, unless the Service's virtual IP is to choose it.</item>
    /// </list>
    /// </summary>
    internal static IngressChoice Decide<TStates, TReasons>(ControllerPlan controller, TStates states, RequestFacts facts, Draw draw, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        // 1. The server.
        if (facts.Method is "TRACE" or "CONNECT") return new IngressChoice(IngressVerdict.NotAllowed, null);
        var server = ServerChoice.Of(controller.Routes, facts.Host, reasons);
        if (server is { Www: { } www })
        {
            if (TReasons.Wanted) reasons.Add("from-to-www-redirect", true, $"{www.Ingress.Short} sends {facts.Host} to {www.To}");
            return new IngressChoice(IngressVerdict.Www, null);
        }

        // 2. The location.
        if (NormalPath.Of(facts.Path) is not { } path) return new IngressChoice(IngressVerdict.Malformed, null);
        if (server is { AppRoot: { } root } && path == "/")
        {
            if (TReasons.Wanted) reasons.Add("app-root", true, $"{root.Ingress.Short} sends / to {root.Path}");
            if (TReasons.Wanted) controller.Unserved.Before(facts.Host, path, controller.Routes)?.Tell(reasons);
            return new IngressChoice(IngressVerdict.AppRoot, null);
        }

        var route = server is null ? null : Location.Of(server, path, reasons);
        if (route is null)
        {
            route = server is { Host.Length: > 0 } ? server.Default : server?.Default ?? controller.Routes.Default;
            if (route is not null && TReasons.Wanted) reasons.Add(route.Label, true, "no path matches, so the default backend takes it");
            if (route is null && server is null && path == "/healthz") return new IngressChoice(IngressVerdict.Health, null);
            if (route is null) return new IngressChoice(IngressVerdict.NotFound, null);
        }

        if (TReasons.Wanted) (route.Path.Length == 0 ? controller.Unserved.Of(facts.Host, path) : controller.Unserved.Before(facts.Host, path, controller.Routes))?.Tell(reasons);
        if (TReasons.Wanted && server is not null && route.Path.Length > 0) Surprises.Tell(server, route, path, facts, reasons);
        if (route.Denied is not null) return new IngressChoice(IngressVerdict.Denied, route);

        // 3. Its own answers.
        if (OwnAnswer(route, path, facts, reasons) is { } own) return new IngressChoice(own, route);

        // 4. To https.
        if (WantsHttps(controller, route, facts, reasons)) return new IngressChoice(IngressVerdict.Https, route);

        // 5. The backend.
        var choice = Backend(route, states, facts, draw, reasons, out var endpoints);

        // 6. How much.
        if (choice.Verdict == IngressVerdict.Forward && route.Rules.Limit is { } limit && Over(controller, limit, states, facts, reasons) is var over and not ReadState.None)
        {
            return choice with { Verdict = IngressVerdict.Limited, Ready = choice.Ready | over };
        }

        // 7. Who may come.
        if (endpoints is null) return choice;
        var (denied, ask) = AccessRules.Decide(controller, route, facts, reasons);
        choice = choice with { Verdict = denied ?? IngressVerdict.Forward, Ask = ask };

        // 8. The endpoint.
        return EndpointChoice.Add(controller, choice, endpoints, states, facts, draw, reasons);
    }

    private static IngressVerdict? OwnAnswer<TReasons>(RoutePlan route, string path, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var rules = route.Rules;
        if (rules.Proxy.MaxBody > 0 && BodyLength(facts) is { } length && length > rules.Proxy.MaxBody)
        {
            if (TReasons.Wanted) reasons.Add("proxy-body-size", false, FormattableString.Invariant($"the body is {length} bytes, and {rules.Proxy.MaxBody} are allowed"));
            return IngressVerdict.TooLarge;
        }

        if (route.Slash && path.Length < route.Path.Length)
        {
            if (TReasons.Wanted) Surprises.Slash(route, path, reasons);
            return IngressVerdict.Slash;
        }

        if (rules.Cors is { } cors && facts.Method == "OPTIONS")
        {
            var allowed = cors.For(ClientView.Header(facts, "Origin")) is not null;
            if (TReasons.Wanted) reasons.Add("enable-cors", allowed, allowed ? "a preflight from an allowed origin is answered here" : $"origin '{ClientView.Header(facts, "Origin")}' isn't one of {cors.Written}");
            if (allowed) return IngressVerdict.Preflight;
        }

        if (rules.Redirect is { } redirect)
        {
            if (TReasons.Wanted) reasons.Add(redirect.Annotation, true, $"every request of {route.Ingress.Short} is redirected");
            return IngressVerdict.Redirect;
        }

        return route.Rewrite is { IsRedirect: true } ? IngressVerdict.Rewritten : null;
    }

    private static bool WantsHttps<TReasons>(ControllerPlan controller, RoutePlan route, RequestFacts facts, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var rules = route.Rules;
        var wanted = rules.ForceSslRedirect || (rules.SslRedirect && controller.Routes.Certificates.Of(facts.Host) is not null);
        if (!wanted || controller.Config.IsServedPlainly(route.Path)) return false;
        var scheme = controller.Config.UseForwardedHeaders ? ClientView.Of(controller, facts).Scheme : facts.Scheme;
        if (TReasons.Wanted)
        {
            var by = rules.ForceSslRedirect ? "force-ssl-redirect" : "ssl-redirect, for a host with a certificate (spec.tls)";
            reasons.Add(by, scheme == "http", scheme == "http"
                ? facts.Scheme == "http" && !controller.Config.UseForwardedHeaders && ClientView.Header(facts, "X-Forwarded-Proto") is { } said
                    ? $"the connection is plain; X-Forwarded-Proto says {said}, which the controller believes only with use-forwarded-headers"
                    : "the request came over http"
                : $"the request came over {scheme}");
        }

        return scheme == "http";
    }

    private static ReadState Over<TStates, TReasons>(ControllerPlan controller, LimitRule limit, TStates states, RequestFacts facts, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        var address = ClientView.Of(controller, facts).Address;
        if (SourceRule.Contains(limit.Exempt, address)) return ReadState.None;
        var over = states.Admit(controller, limit, address);
        if (TReasons.Wanted) reasons.Add(limit.Words(over), over == ReadState.None, over == ReadState.None ? $"{address} was within it" : $"{address} was over it");
        return over;
    }

    /// <summary>The backend, and its endpoints: null where none is ready, and the request isn't sent on.</summary>
    private static IngressChoice Backend<TStates, TReasons>(RoutePlan route, TStates states, RequestFacts facts, Draw draw, TReasons reasons, out FrontEndpoints? endpoints)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        endpoints = Read(route.Backend, ReadState.Primary, states, reasons);
        if (endpoints is null)
        {
            endpoints = route.Rules.Fallback is { } fallback ? Read(fallback, ReadState.Fallback, states, reasons) : null;
            return endpoints is null ? new IngressChoice(IngressVerdict.Unavailable, route) : new IngressChoice(IngressVerdict.Forward, route, ReadState.Fallback, ReadState.Fallback);
        }

        if (route.Canary is not { } canary || !(SessionChoice.TakesCanary(route, canary, facts, reasons) ?? canary.Takes(facts, draw, reasons))) return new IngressChoice(IngressVerdict.Forward, route, ReadState.Primary);
        // A canary without endpoints isn't there: its share goes to the primary.
        if (Read(canary.Backend, ReadState.Canary, states, reasons) is not { } own) return new IngressChoice(IngressVerdict.Forward, route, ReadState.Primary);
        endpoints = own;
        return new IngressChoice(IngressVerdict.Forward, route, ReadState.Primary | ReadState.Canary, ReadState.Canary);
    }

    private static FrontEndpoints? Read<TStates, TReasons>(BackendPlan backend, ReadState role, TStates states, TReasons reasons)
        where TStates : struct, IBackendStates
        where TReasons : struct, IReasonSink
    {
        var endpoints = states.Read(backend, role);
        if (TReasons.Wanted) reasons.Add($"Service {backend.Label}", endpoints is not null, endpoints is not null ? "has a ready endpoint" : backend.Missing is null ? "has no ready endpoint" : "isn't there");
        return endpoints;
    }

    /// <summary>The body's length as the request says it; null when it says none.</summary>
    private static long? BodyLength(RequestFacts facts) =>
        facts.Headers.Count > 0 && long.TryParse(ClientView.Header(facts, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
}
