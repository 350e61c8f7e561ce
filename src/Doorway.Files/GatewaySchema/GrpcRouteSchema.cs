using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>GRPCRoute.</summary>
internal static class GrpcRouteSchema
{
    private const int MaxHostnames = 16;
    private const int MaxFilters = 16;
    private const int MaxHeaders = 16;

    private static readonly TextRule AnyName = new("at most 1024 characters", 1024, Least: 0);

    internal static void Check(SchemaCheck check, GrpcRouteSpec spec)
    {
        ReferenceSchema.Parents(check, spec.ParentRefs);
        RouteSchema.Hostnames(check, spec.Hostnames, MaxHostnames);
        check.Count("spec", "rules", spec.Rules.Count, RouteSchema.MaxRules);
        RouteSchema.Names(check, spec.Rules.Select(r => r.Name));
        RouteSchema.Matches(check, [.. spec.Rules.Select(r => r.Matches.Count)]);
        for (var i = 0; i < spec.Rules.Count; i++) Rule(check, $"spec.rules[{i}]", spec.Rules[i]);
    }

    private static void Rule(SchemaCheck check, string at, GrpcRouteRule rule)
    {
        for (var i = 0; i < rule.Matches.Count; i++) Match(check, $"{at}.matches[{i}]", rule.Matches[i]);
        Filters(check, at, rule.Filters);
        check.Count(at, "backendRefs", rule.BackendRefs.Count, RouteSchema.MaxBackends);
        for (var i = 0; i < rule.BackendRefs.Count; i++)
        {
            ReferenceSchema.Backend(check, $"{at}.backendRefs[{i}]", rule.BackendRefs[i]);
            Filters(check, $"{at}.backendRefs[{i}]", rule.BackendRefs[i].Filters);
        }
    }

    private static void Match(SchemaCheck check, string at, GrpcRouteMatch match)
    {
        check.Count(at, "headers", match.Headers.Count, MaxHeaders);
        for (var i = 0; i < match.Headers.Count; i++)
        {
            var header = match.Headers[i];
            HttpMatchSchema.Pair(check, $"{at}.headers[{i}]", header.Type, header.Name, header.Value, TextRules.HeaderValue);
        }

        check.Unique(at, "headers", match.Headers.Select(h => h.Name), ".name");
        if (match.Method is not { } method) return;
        var exact = method.Type == "Exact";
        check.Word($"{at}.method", "type", method.Type, "Exact", "RegularExpression");
        check.Text($"{at}.method", "service", method.Service, exact ? TextRules.GrpcService : AnyName);
        check.Text($"{at}.method", "method", method.Method, exact ? TextRules.GrpcMethod : AnyName);
        if (method is { Service: null, Method: null }) check.Error($"{at}.method", "service or method is required, or both; to match every call, take method away");
    }

    private static void Filters(SchemaCheck check, string at, IList<GrpcRouteFilter> filters)
    {
        check.Count(at, "filters", filters.Count, MaxFilters);
        for (var i = 0; i < filters.Count; i++)
        {
            var (field, filter) = ($"{at}.filters[{i}]", filters[i]);
            FilterSchema.Types(check, field, filter.Type,
                ("RequestHeaderModifier", "requestHeaderModifier", filter.RequestHeaderModifier is not null),
                ("ResponseHeaderModifier", "responseHeaderModifier", filter.ResponseHeaderModifier is not null),
                ("RequestMirror", "requestMirror", filter.RequestMirror is not null),
                ("ExtensionRef", "extensionRef", filter.ExtensionRef is not null));
            FilterSchema.Headers(check, $"{field}.requestHeaderModifier", filter.RequestHeaderModifier);
            FilterSchema.Headers(check, $"{field}.responseHeaderModifier", filter.ResponseHeaderModifier);
            FilterSchema.Mirror(check, $"{field}.requestMirror", filter.RequestMirror);
            FilterSchema.Extension(check, $"{field}.extensionRef", filter.ExtensionRef);
        }

        check.Unique(at, "filters", filters.Select(f => f.Type is "RequestHeaderModifier" or "ResponseHeaderModifier" ? f.Type : null), ".type");
    }
}
