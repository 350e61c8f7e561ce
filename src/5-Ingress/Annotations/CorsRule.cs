using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary><c>enable-cors</c> and <c>cors-*</c>, as the CORS block of ingress-nginx's template: a preflight is answered with 204, other responses get the headers.</summary>
internal sealed partial class CorsRule
{
    private const string Methods = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
    private const string RequestHeaders = "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";

    /// <summary>null for every origin.</summary>
    private readonly Regex? origins;
    private readonly ImmutableArray<KeyValuePair<string, string>> headers;

    private CorsRule(Regex? origins, string written, ImmutableArray<KeyValuePair<string, string>> headers)
    {
        this.origins = origins;
        Written = written;
        this.headers = headers;
    }

    /// <summary>The origins as written.</summary>
    internal string Written { get; }

    internal static CorsRule? Read(SettingReader reader)
    {
        var on = reader.Flag("enable-cors");
        var written = reader.Text("cors-allow-origin") ?? "*";
        var methods = Checked(reader, "cors-allow-methods", WordList()) ?? Methods;
        var allowed = Checked(reader, "cors-allow-headers", HeaderList()) ?? RequestHeaders;
        var exposed = Checked(reader, "cors-expose-headers", ExposedList());
        var credentials = reader.Flag("cors-allow-credentials") ?? true;
        var age = reader.Number("cors-max-age", 0, int.MaxValue) ?? 1_728_000;
        var origins = written.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var origin in origins.Where(o => !Origin().IsMatch(o))) reader.Wrong("cors-allow-origin", origin, "an origin (https://app.example.com, https://*.example.com) or * is wanted");
        if (on != true) return null;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (credentials) headers.Add(new("Access-Control-Allow-Credentials", "true"));
        headers.Add(new("Access-Control-Allow-Methods", methods));
        headers.Add(new("Access-Control-Allow-Headers", allowed));
        if (exposed is not null) headers.Add(new("Access-Control-Expose-Headers", exposed));
        headers.Add(new("Access-Control-Max-Age", FormattableString.Invariant($"{age}")));
        return new CorsRule(origins is ["*"] ? null : Pattern(origins), written, headers.ToImmutable());
    }

    /// <summary>The headers for a request with this Origin; null when it isn't allowed, and the response stays as it is.</summary>
    internal IEnumerable<KeyValuePair<string, string>>? For(string? origin)
    {
        if (origins is null) return [new("Access-Control-Allow-Origin", "*"), .. headers];
        return origin is not null && origins.IsMatch(origin) ? [new("Access-Control-Allow-Origin", origin), .. headers] : null;
    }

    /// <summary>As buildCorsOriginRegex of ingress-nginx does it: without case, anchored at the end only, and a star is one label.</summary>
    private static Regex Pattern(string[] origins) => new(
        $"({string.Join('|', origins.Select(o => $"({Regex.Escape(o).Replace("\\*", "[A-Za-z0-9\\-]+", StringComparison.Ordinal)})"))})$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static string? Checked(SettingReader reader, string name, Regex wanted)
    {
        if (reader.Text(name) is not { } text) return null;
        if (wanted.IsMatch(text)) return text;
        reader.Wrong(name, text, "words between commas are wanted");
        return null;
    }

    [GeneratedRegex(@"^(https?://(\*\.)?[A-Za-z0-9\-.]*(:[0-9]+)?|[a-z][a-z0-9+.\-]*://[A-Za-z0-9\-.*]*(:[0-9]+)?|\*)$")]
    private static partial Regex Origin();

    [GeneratedRegex(@"^([A-Za-z]+,?\s?)+$", RegexOptions.NonBacktracking)]
    private static partial Regex WordList();

    [GeneratedRegex(@"^([A-Za-z0-9\-_]+,?\s?)+$", RegexOptions.NonBacktracking)]
    private static partial Regex HeaderList();

    [GeneratedRegex(@"^(([A-Za-z0-9\-_]+|\*),?\s?)+$", RegexOptions.NonBacktracking)]
    private static partial Regex ExposedList();
}
