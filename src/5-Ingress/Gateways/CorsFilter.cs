using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// The CORS filter (Gateway API, HTTPCORSFilter; Fetch standard, CORS protocol): a preflight from an allowed origin is answered here, and other responses to one get its headers. To another origin nothing is said, so that its browser refuses.
/// </summary>
internal sealed class CorsFilter
{
    private readonly ImmutableArray<string> origins;
    private readonly ImmutableArray<Regex> wildcards;
    private readonly bool anyOrigin;
    private readonly string methods;
    private readonly string headers;
    private readonly string exposed;
    private readonly bool credentials;
    private readonly int maxAge;

    internal CorsFilter(IEnumerable<string> origins, IEnumerable<string> methods, IEnumerable<string> headers, IEnumerable<string> exposed, bool credentials, int maxAge)
    {
        var all = origins.ToList();
        (this.credentials, this.maxAge) = (credentials, maxAge);
        anyOrigin = all.Contains("*");
        this.origins = [.. all.Where(o => !o.Contains('*', StringComparison.Ordinal))];
        wildcards = [.. all.Where(o => o != "*" && o.Contains('*', StringComparison.Ordinal)).Select(o => new Regex($"^{Regex.Escape(o).Replace(@"\*", ".+", StringComparison.Ordinal)}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant))];
        this.methods = string.Join(", ", methods);
        this.headers = string.Join(", ", headers);
        this.exposed = string.Join(", ", exposed);
        Written = string.Join(", ", all);
    }

    /// <summary>The origins as written.</summary>
    internal string Written { get; }

    /// <summary>Whether a request is a preflight: OPTIONS with an Origin and the method that is to follow.</summary>
    internal static bool IsPreflight(RequestFacts facts) =>
        facts.Method == "OPTIONS" && RequestMatch.Header(facts, "Origin") is not null && RequestMatch.Header(facts, "Access-Control-Request-Method") is not null;

    /// <summary>Whether an origin is allowed.</summary>
    internal bool Allows(string origin) => anyOrigin || origins.Contains(origin) || wildcards.Any(w => w.IsMatch(origin));

    /// <summary>The headers of the answer to a preflight; none for an origin that isn't allowed.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Preflight(RequestFacts facts)
    {
        if (RequestMatch.Header(facts, "Origin") is not { } origin || !Allows(origin)) return [];
        var told = Common(origin);
        var asked = RequestMatch.Header(facts, "Access-Control-Request-Method");
        // With credentials a star is no wildcard to the browser, so what was asked for is named.
        if (methods.Length > 0) told.Add(new("Access-Control-Allow-Methods", methods == "*" && credentials && asked is not null ? asked : methods));
        var wanted = RequestMatch.Header(facts, "Access-Control-Request-Headers");
        if (headers.Length > 0 && (headers != "*" || !credentials || wanted is not null)) told.Add(new("Access-Control-Allow-Headers", headers == "*" && credentials ? wanted! : headers));
        if (exposed.Length > 0 && !(exposed == "*" && credentials)) told.Add(new("Access-Control-Expose-Headers", exposed));
        told.Add(new("Access-Control-Max-Age", maxAge.ToString(CultureInfo.InvariantCulture)));
        return told;
    }

    /// <summary>The headers of any other response; none for a request without Origin or from one that isn't allowed.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Response(RequestFacts facts)
    {
        // Who keeps an answer is to know that another origin's has other headers (Fetch standard, CORS protocol and HTTP caches).
        if (RequestMatch.Header(facts, "Origin") is not { } origin || !Allows(origin)) return anyOrigin && !credentials ? [] : [new("Vary", "Origin")];
        var told = Common(origin);
        if (exposed.Length > 0 && !(exposed == "*" && credentials)) told.Add(new("Access-Control-Expose-Headers", exposed));
        return told;
    }

    private List<KeyValuePair<string, string>> Common(string origin)
    {
        var told = new List<KeyValuePair<string, string>> { new("Access-Control-Allow-Origin", anyOrigin && !credentials ? "*" : origin) };
        if (credentials) told.Add(new("Access-Control-Allow-Credentials", "true"));
        // What is answered depends on who asks (Fetch standard, CORS protocol and HTTP caches).
        if (!anyOrigin || credentials) told.Add(new("Vary", "Origin"));
        return told;
    }
}
