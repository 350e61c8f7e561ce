using Usher.Doorway.Files.Binding;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>HTTPRoute.</summary>
internal static class HttpRouteSchema
{
    internal static void Check(SchemaCheck check, HttpRouteSpec spec)
    {
        RouteSchema.Requests(check, spec, [.. spec.Rules.Select(r => (r.Name, r.Matches.Count))], least: 1);
        for (var i = 0; i < spec.Rules.Count; i++) Rule(check, $"spec.rules[{i}]", spec.Rules[i]);
    }

    private static void Rule(SchemaCheck check, string at, HttpRouteRule rule)
    {
        for (var i = 0; i < rule.Matches.Count; i++) HttpMatchSchema.Check(check, $"{at}.matches[{i}]", rule.Matches[i]);
        HttpFilterSchema.Check(check, at, rule.Filters);
        Prefixes(check, at, rule, rule.Filters);
        RouteSchema.Backends(check, at, rule.BackendRefs);
        for (var i = 0; i < rule.BackendRefs.Count; i++)
        {
            var backend = $"{at}.backendRefs[{i}]";
            HttpFilterSchema.Check(check, backend, rule.BackendRefs[i].Filters);
            Prefixes(check, backend, rule, rule.BackendRefs[i].Filters);
        }

        if (rule.BackendRefs.Count > 0 && rule.Filters.Any(f => f.RequestRedirect is not null))
            check.Error($"{at}.backendRefs", "can't stand beside a RequestRedirect filter, which answers itself; take one of the two away");
        if (rule.Timeouts is { } timeouts) Timeouts(check, $"{at}.timeouts", timeouts);
    }

    /// <summary>What replaces a prefix needs the one prefix that it replaces.</summary>
    private static void Prefixes(SchemaCheck check, string at, HttpRouteRule rule, IList<HttpRouteFilter> filters)
    {
        if (rule.Matches is [{ Path.Type: "PathPrefix" }]) return;
        for (var i = 0; i < filters.Count; i++)
        {
            Replaces("requestRedirect", filters[i].RequestRedirect?.Path);
            Replaces("urlRewrite", filters[i].UrlRewrite?.Path);

            void Replaces(string filter, HttpPathModifier? path)
            {
                if (path is { Type: "ReplacePrefixMatch", ReplacePrefixMatch: not null })
                    check.Error($"{at}.filters[{i}].{filter}.path.replacePrefixMatch", $"is for a rule with one match of type PathPrefix; this rule has {Described(rule.Matches)}");
            }
        }
    }

    private static string Described(IList<HttpRouteMatch> matches) => matches is [var one] ? $"one of type {one.Path.Type}" : $"{matches.Count} matches";

    private static void Timeouts(SchemaCheck check, string at, HttpRouteTimeouts timeouts)
    {
        check.Text(at, "request", timeouts.Request, TextRules.Duration);
        check.Text(at, "backendRequest", timeouts.BackendRequest, TextRules.Duration);
        if (GatewayDuration.Parse(timeouts.Request) is { } whole && GatewayDuration.Parse(timeouts.BackendRequest) is { } attempt && whole > TimeSpan.Zero && attempt > whole)
            check.Error($"{at}.backendRequest", $"found {Found.Quote(timeouts.BackendRequest!)}; it is at most the request timeout, {timeouts.Request}");
    }
}
