using System.Text.RegularExpressions;
using Usher.Doorway.Files.Binding;
using Usher.Doorway.Files.Manifests;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The matches of an HTTPRoute.</summary>
internal static partial class HttpMatchSchema
{
    /// <summary>The methods that are known.</summary>
    internal static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private static readonly string[] NotWithin = [.. IngressPathSchema.Sequences, "#"];

    internal static void Check(SchemaCheck check, string at, HttpRouteMatch match)
    {
        Path(check, $"{at}.path", match.Path);
        check.Word(at, "method", match.Method, Methods);
        PairSchema.Check(check, at, "headers", [.. match.Headers.Select(h => ((string?)h.Type, h.Name, h.Value))], TextRules.HeaderValue);
        PairSchema.Check(check, at, "queryParams", [.. match.QueryParams.Select(p => ((string?)p.Type, p.Name, p.Value))], TextRules.QueryParamValue);
    }

    private static void Path(SchemaCheck check, string at, HttpPathMatch path)
    {
        check.Word(at, "type", path.Type, "Exact", "PathPrefix", "RegularExpression");
        check.Text(at, "value", path.Value, TextRules.Path);
        if (path.Type is not ("Exact" or "PathPrefix") || path.Value.Length > TextRules.Path.Most) return;
        if (!path.Value.StartsWith('/')) Wrong("a path starts with '/'");
        foreach (var part in NotWithin.Where(p => path.Value.Contains(p, StringComparison.Ordinal))) Wrong($"a path has no {part} in it");
        foreach (var end in IngressPathSchema.Suffixes.Where(e => path.Value.EndsWith(e, StringComparison.Ordinal))) Wrong($"a path doesn't end in {end}");
        if (!Characters().IsMatch(path.Value)) Wrong("wanted: letters, digits, -/._~!$&'()*+,;=:@ and %XX");

        void Wrong(string why) => check.Error($"{at}.value", $"found {Found.Quote(path.Value)}; {why}");
    }

    [GeneratedRegex(@"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Characters();
}
