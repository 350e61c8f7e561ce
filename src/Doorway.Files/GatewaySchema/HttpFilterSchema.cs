using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The filters of an HTTPRoute.</summary>
internal static class HttpFilterSchema
{
    private const int MaxFilters = 16;

    private static readonly string[] Once = ["CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"];

    /// <summary>Checks the filters of a rule or a backend.</summary>
    /// <param name="check">Takes the errors.</param>
    /// <param name="at">The rule or the backend.</param>
    /// <param name="filters">They.</param>
    internal static void Check(SchemaCheck check, string at, IList<HttpRouteFilter> filters)
    {
        check.Count(at, "filters", filters.Count, MaxFilters);
        for (var i = 0; i < filters.Count; i++) Filter(check, $"{at}.filters[{i}]", filters[i]);
        check.Unique(at, "filters", filters.Select(f => Once.Contains(f.Type, StringComparer.Ordinal) ? f.Type : null), ".type");
        if (filters.Any(f => f.Type == "RequestRedirect") && filters.Index().FirstOrDefault(f => f.Item.Type == "URLRewrite") is { Item: not null } rewrite)
            check.Error($"{at}.filters[{rewrite.Index}].type", "RequestRedirect and URLRewrite can't stand together; take one of the two away");
    }

    private static void Filter(SchemaCheck check, string at, HttpRouteFilter filter)
    {
        if (filter.Type == "ExternalAuth") check.Error($"{at}.type", $"found ExternalAuth, {ExperimentalFields.Note}");
        else
        {
            check.Variant(at, filter.Type,
                ("RequestHeaderModifier", "requestHeaderModifier", filter.RequestHeaderModifier is not null),
                ("ResponseHeaderModifier", "responseHeaderModifier", filter.ResponseHeaderModifier is not null),
                ("RequestMirror", "requestMirror", filter.RequestMirror is not null),
                ("RequestRedirect", "requestRedirect", filter.RequestRedirect is not null),
                ("URLRewrite", "urlRewrite", filter.UrlRewrite is not null),
                ("CORS", "cors", filter.Cors is not null),
                ("ExtensionRef", "extensionRef", filter.ExtensionRef is not null));
        }

        FilterSchema.Fields(check, at, filter.RequestHeaderModifier, filter.ResponseHeaderModifier, filter.RequestMirror, filter.ExtensionRef);
        if (filter.Cors is { } cors) CorsSchema.Check(check, $"{at}.cors", cors);
        if (filter.UrlRewrite is { } rewrite)
        {
            check.Host($"{at}.urlRewrite", "hostname", rewrite.Hostname, TextRules.PreciseHostname);
            Path(check, $"{at}.urlRewrite.path", rewrite.Path);
        }

        if (filter.RequestRedirect is not { } redirect) return;
        check.Word($"{at}.requestRedirect", "scheme", redirect.Scheme, "http", "https");
        check.Host($"{at}.requestRedirect", "hostname", redirect.Hostname, TextRules.PreciseHostname);
        check.Number($"{at}.requestRedirect", "port", redirect.Port, 1, 65535);
        if (redirect.StatusCode is not (301 or 302 or 303 or 307 or 308)) check.Error($"{at}.requestRedirect.statusCode", $"found {redirect.StatusCode}; allowed are 301, 302, 303, 307, 308");
        Path(check, $"{at}.requestRedirect.path", redirect.Path);
    }

    private static void Path(SchemaCheck check, string at, HttpPathModifier? path)
    {
        if (path is null) return;
        check.Variant(at, path.Type,
            ("ReplaceFullPath", "replaceFullPath", path.ReplaceFullPath is not null),
            ("ReplacePrefixMatch", "replacePrefixMatch", path.ReplacePrefixMatch is not null));
        check.Text(at, "replaceFullPath", path.ReplaceFullPath, TextRules.Path);
        check.Text(at, "replacePrefixMatch", path.ReplacePrefixMatch, TextRules.Path);
    }
}
