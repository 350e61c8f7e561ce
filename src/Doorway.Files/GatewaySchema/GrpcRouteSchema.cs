using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>GRPCRoute.</summary>
internal static class GrpcRouteSchema
{
    private const int MaxFilters = 16;

    internal static void Check(SchemaCheck check, GrpcRouteSpec spec)
    {
        RouteSchema.Requests(check, spec, [.. spec.Rules.Select(r => (r.Name, r.Matches.Count))]);
        for (var i = 0; i < spec.Rules.Count; i++) Rule(check, $"spec.rules[{i}]", spec.Rules[i]);
    }

    private static void Rule(SchemaCheck check, string at, GrpcRouteRule rule)
    {
        for (var i = 0; i < rule.Matches.Count; i++) Match(check, $"{at}.matches[{i}]", rule.Matches[i]);
        Filters(check, at, rule.Filters);
        RouteSchema.Backends(check, at, rule.BackendRefs);
        for (var i = 0; i < rule.BackendRefs.Count; i++) Filters(check, $"{at}.backendRefs[{i}]", rule.BackendRefs[i].Filters);
    }

    private static void Match(SchemaCheck check, string at, GrpcRouteMatch match)
    {
        PairSchema.Check(check, at, "headers", [.. match.Headers.Select(h => ((string?)h.Type, h.Name, h.Value))], TextRules.HeaderValue);
        if (match.Method is not { } method) return;
        var exact = method.Type == "Exact";
        check.Word($"{at}.method", "type", method.Type, "Exact", "RegularExpression");
        check.Text($"{at}.method", "service", method.Service, exact ? TextRules.GrpcService : TextRules.Expression);
        check.Text($"{at}.method", "method", method.Method, exact ? TextRules.GrpcMethod : TextRules.Expression);
        if (method is { Service: null, Method: null }) check.Error($"{at}.method", "service or method is required, or both; to match every call, take method away");
    }

    private static void Filters(SchemaCheck check, string at, IList<GrpcRouteFilter> filters)
    {
        check.Count(at, "filters", filters.Count, MaxFilters);
        for (var i = 0; i < filters.Count; i++)
        {
            var (field, filter) = ($"{at}.filters[{i}]", filters[i]);
            check.Variant(field, filter.Type,
                ("RequestHeaderModifier", "requestHeaderModifier", filter.RequestHeaderModifier is not null),
                ("ResponseHeaderModifier", "responseHeaderModifier", filter.ResponseHeaderModifier is not null),
                ("RequestMirror", "requestMirror", filter.RequestMirror is not null),
                ("ExtensionRef", "extensionRef", filter.ExtensionRef is not null));
            FilterSchema.Fields(check, field, filter.RequestHeaderModifier, filter.ResponseHeaderModifier, filter.RequestMirror, filter.ExtensionRef);
        }

        check.Unique(at, "filters", filters.Select(f => f.Type is "RequestHeaderModifier" or "ResponseHeaderModifier" ? f.Type : null), ".type");
    }
}
