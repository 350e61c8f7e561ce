using System.Globalization;
using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>What the controller answers itself.</summary>
/// <param name="Status">The status.</param>
/// <param name="Outcome">The hop's code when it is a failure; null otherwise.</param>
/// <param name="Problem">What went wrong and the way out; null when nothing did.</param>
/// <param name="Location">Where a redirect leads; null for no redirect.</param>
internal sealed record IngressAnswer(int Status, string? Outcome = null, string? Problem = null, string? Location = null)
{
    /// <summary>So many hosts or paths are named.</summary>
    private const int Named = 5;

    /// <summary>The most hosts that a host is compared with.</summary>
    private const int MostCompared = 100;

    /// <summary>The answer to a decision; null when the request is passed on.</summary>
    internal static IngressAnswer? Of(IngressDecision decision)
    {
        var (choice, facts, controller) = (decision.Choice, decision.Facts, decision.Controller);
        return choice.Verdict switch
        {
            IngressVerdict.Forward => AuthAnswers.Of(decision),
            IngressVerdict.Denied => new(503, "ingress.503.denied", $"{choice.Route!.Denied}. ingress-nginx denies the locations of such an Ingress"),
            IngressVerdict.Certificate => ClientCertificate.Answer(controller, facts, decision.ShownCertificate),
            IngressVerdict.Health => new(200),
            IngressVerdict.Preflight => new(204),
            IngressVerdict.NotFound => new(404, "ingress.404.no-route", NoRoute(decision)),
            IngressVerdict.Malformed => new(400, "ingress.400.malformed-path",
                $"nginx can't make a path of {facts.Path}: it starts with no slash, has a malformed escape, or climbs above the root"),
            IngressVerdict.NotAllowed => new(405, "ingress.405.method", $"nginx takes no {facts.Method}"),
            IngressVerdict.TooLarge => new(413, "ingress.413.body-too-large",
                $"the body is longer than proxy-body-size allows, {Size(choice.Route!.Rules.Proxy.MaxBody)} here; set nginx.ingress.kubernetes.io/proxy-body-size on Ingress {choice.Route.Ingress.Short}, or proxy-body-size in the controller's ConfigMap"),
            IngressVerdict.Forbidden => new(403, "ingress.403.source-range",
                $"{choice.Route!.Rules.Sources!.Denies(ClientView.Of(controller, facts).Address)} of {choice.Route.Ingress.Short}{BehindProxy(controller)}"),
            IngressVerdict.Unauthorized when AuthAnswers.SignIn(decision, choice.Route!.Rules.External) is { } signin => new(302, Location: signin),
            IngressVerdict.Unauthorized => new(401, "ingress.401.basic-auth", $"{choice.Route!.Rules.Auth!.Denies(facts)} (auth-type basic of {choice.Route.Ingress.Short})"),
            IngressVerdict.Limited => new(503, "ingress.503.limit",
                $"{ClientView.Of(controller, facts).Address} asks more of {choice.Route!.Ingress.Short} than {choice.Route.Rules.Limit!.Words(choice.Ready & (ReadState.OverRate | ReadState.OverConnections))} allows{BehindProxy(controller)}"),
            IngressVerdict.Unavailable when choice.Route!.Backend.Missing is { } missing => new(503, $"ingress.503.{missing.Code}", missing.Why),
            IngressVerdict.Unavailable => new(503, "ingress.503.no-endpoints",
                $"Service {choice.Route!.Backend.Label} has no ready endpoint; look at its selector and at its pods' readiness"),
            _ => Redirect(decision),
        };
    }

    /// <summary>Redirects: where to is a function of the request, as nginx and ingress-nginx's Lua make it.</summary>
    private static IngressAnswer Redirect(IngressDecision decision)
    {
        var (choice, facts, controller) = (decision.Choice, decision.Facts, decision.Controller);
        var view = ClientView.Of(controller, facts);
        var uri = NormalPath.Of(facts.Path) ?? "/";
        var sent = NginxTemplate.RequestUri(facts);
        var server = ServerChoice.Of(controller.Routes, facts.Host, default(NoReasons));
        return choice.Verdict switch
        {
            IngressVerdict.Www => new(controller.Config.RedirectCode, Location: $"{view.Scheme}://{server!.Www!.To}{WithoutSlash(sent)}"),
            IngressVerdict.AppRoot => new(302, Location: $"{facts.Scheme}://{NginxTemplate.Authority(facts)}{server!.AppRoot!.Path}"),
            // To the location's name, not to the path as it was sent.
            IngressVerdict.Slash => new(301, Location: Own(decision, $"{RewriteRule.Escape(choice.Route!.Path, false)}{(facts.Query.Length == 0 ? "" : $"?{facts.Query}")}")),
            IngressVerdict.Redirect => new(choice.Route!.Rules.Redirect!.Status, Location: Own(decision, choice.Route.Rules.Redirect.Target.Fill(view, uri))),
            IngressVerdict.Rewritten => new(302, Location: choice.Route!.Rewrite!.Apply(view, uri)),
            _ => new(controller.Config.RedirectCode, Location: $"https://{view.Host.Split(':')[0]}{(choice.Route!.Rules.PreserveTrailingSlash ? sent : WithoutSlash(sent))}"),
        };
    }

    /// <summary>A path is made a URL of the request's own host, unless redirects are to be relative (nginx documentation, absolute_redirect).</summary>
    private static string Own(IngressDecision decision, string to) => to.StartsWith('/') && !decision.Choice.Route!.Rules.RelativeRedirects ? $"{decision.Facts.Scheme}://{decision.Facts.Host}{to}" : to;

    private static string WithoutSlash(string uri) => uri.EndsWith('/') ? uri[..^1] : uri;

    /// <summary>Which hosts or paths were near.</summary>
    private static string NoRoute(IngressDecision decision)
    {
        var (facts, table) = (decision.Facts, decision.Controller.Routes);
        var host = facts.Host.Length == 0 ? "(none)" : facts.Host;
        var path = NormalPath.Of(facts.Path) ?? "/";
        var unserved = decision.Controller.Unserved.Of(facts.Host, path)?.ToString();
        if (ServerChoice.Of(table, facts.Host, default(NoReasons)) is { } server)
        {
            if (server.Skipped.FirstOrDefault(s => s.Takes(path)) is { } skipped)
                return $"no Ingress that is served has a rule for host {host} and path {facts.Path}: {skipped.Label} isn't, since {skipped.Why}";
            if (server.Routes.IsEmpty) return $"no Ingress has a rule for host {host} and path {facts.Path}: there are no paths; {unserved ?? "add one, or a defaultBackend"}";
            return $"no Ingress has a rule for host {host} and path {facts.Path}: the paths there are {FirstFew.Of(server.Routes, Named, r => $"{r.Written} ({r.Kind})")}; {unserved ?? "add one, or a defaultBackend"}";
        }

        return unserved is null
            ? $"no Ingress has a rule for host {host} and path {facts.Path}: {Known(table, facts.Host)}; add one, or a defaultBackend"
            : $"no Ingress that is served has a rule for host {host} and path {facts.Path}: {unserved}";
    }

    /// <summary>Which hosts there are. Of many only the number: this is said of every request for an unknown host, and must not cost by how many are known.</summary>
    private static string Known(RouteTable table, string host)
    {
        var count = table.Hosts.Count + table.Wildcards.Count;
        if (count == 0) return "there are no rules";
        if (count > MostCompared) return FormattableString.Invariant($"there are rules for {count} others");
        var hosts = table.Hosts.Select(pair => pair.Key).Concat(table.Wildcards.Select(pair => "*" + pair.Key)).Order(StringComparer.Ordinal).ToList();
        return NearestWord.Of(host, hosts) is { } near
            ? $"the nearest is {near}"
            : $"there are {FirstFew.Of(hosts, Named)}";
    }

    private static string BehindProxy(ControllerPlan controller) => controller.Config.ReadsHeaders
        ? "" : ". The address is the connection's: behind a load balancer that is the load balancer's or the node's, unless use-forwarded-headers is set in the controller's ConfigMap";

    internal static string Size(long bytes) =>
        bytes >= 1 << 20 && bytes % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}m")
        : bytes >= 1024 && bytes % 1024 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10}k")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
}
