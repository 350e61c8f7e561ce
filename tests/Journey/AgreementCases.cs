using System.Net;

namespace Usher.Journey.Tests;

/// <summary>A request to the road of <c>roads/agreement</c>, and how it ends there.</summary>
/// <param name="Line">Method and URL.</param>
/// <param name="Status">The status; null when nothing answers.</param>
/// <param name="AnsweredBy">The hop that answers; for a pod, the pod's application.</param>
internal sealed record AgreementCase(string Line, int? Status, string AnsweredBy)
{
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The address that the client dials from.</summary>
    internal IPAddress Source { get; init; } = IPAddress.Loopback;

    internal bool Http2 { get; init; }

    internal string Method => Line.Split(' ')[0];

    internal string Url => Line.Split(' ')[1];

    internal string Name => $"{Line}{string.Concat(Headers.Select(h => $" -H {h.Key}:{h.Value}"))}{(Source.Equals(IPAddress.Loopback) ? "" : $" from {Source}")}{(Http2 ? " over HTTP/2" : "")}";
}

/// <summary>Requests that together meet every kind of condition, action, host and path that the road has.</summary>
internal static class AgreementCases
{
    private const string App = "https://app.example.org";

    internal static IReadOnlyDictionary<string, AgreementCase> All { get; } = Cases().Select((c, i) => c with { Http2 = i % 2 == 1 && c.Url.StartsWith("https:", StringComparison.Ordinal) && c.Headers.Count < 2 }).ToDictionary(c => c.Name);

    private static IEnumerable<AgreementCase> Cases() =>
    [
        // Hosts and paths of the ingress.
        Get($"{App}/api", 200, "app"),
        Get($"{App}/api/", 200, "app"),
        Get($"{App}/api/x/y?z=1", 200, "app"),
        Get($"{App}/apix", 404, "ingress"),
        Get($"{App}/api/admin", 200, "admin"),
        Get($"{App}/api/admin/", 200, "app"),
        Get($"{App}/api/admin/x", 200, "app"),
        Get($"{App}/api/v2", 301, "ingress"),
        Get($"{App}/api/v2/x", 200, "admin"),
        Get($"{App}/API/x", 404, "ingress"),
        Get($"{App}//api//x", 200, "app"),
        Get($"{App}/%61pi/x", 200, "app"),
        Get($"{App}/api/./x/../admin", 200, "admin"),
        Get($"{App}/api/../../x", 400, "ingress"),
        Get($"{App}/", 404, "ingress"),
        Get($"{App}/empty", 503, "ingress"),
        Get($"{App}/empty/x", 503, "ingress"),
        Get("https://a.tenants.example.org/", 200, "tenants"),
        Get("https://b.tenants.example.org/x", 200, "tenants"),
        Get("https://vip.tenants.example.org/", 200, "admin"),
        Get("https://vip.tenants.example.org/x", 404, "ingress"),
        Get("https://shop1.example.org/x", 200, "fallback"),
        Get("https://any.example.org/api", 200, "fallback"),
        Get("https://internal.example.org/x", 404, "ingress"),
        Get("https://internal.example.org/healthz", 200, "ingress"),

        // Transforms: found, not found, and failed.
        Get("https://any.example.org/moved/v2/x", 200, "app"),
        Get("https://any.example.org/moved/v2/admin", 200, "admin"),
        Get("https://any.example.org/moved/x", 404, "ingress"),
        Get("https://any.example.org/broken/x", 500, "load-balancer"),
        Get("https://any.example.org/broken/7", 200, "fallback"),

        // Every kind of condition of a rule.
        Get($"{App}/api/x", 200, "app", ("X-Canary", "yes")),
        Get($"{App}/api/x", 200, "app", ("X-Canary", "TRUE and more")),
        Get($"{App}/api/x", 200, "app", ("X-Canary", "no"), ("X-Canary", "yes")),
        Get($"{App}/api/x", 200, "app", ("X-Canary", "no")),
        Get($"{App}/api/x?version=v2", 200, "app"),
        Get($"{App}/api/x?a=b&VERSION=V2", 200, "app"),
        Get("https://any.example.org/?x=a-debug-b", 200, "app"),
        Get("https://any.example.org/?version=v3", 200, "fallback"),
        new("POST https://blocked.example.org/blocked/x", 403, "load-balancer"),
        new("DELETE https://any.example.org/private", 403, "load-balancer"),
        Get("https://blocked.example.org/blocked/x", 200, "fallback"),
        new("POST https://any.example.org/blocked", 200, "fallback"),
        Get($"{App}/api/x", 403, "load-balancer") with { Source = IPAddress.Parse("127.0.0.100") },
        Get($"{App}/api/x", 200, "app") with { Source = IPAddress.Parse("127.0.0.112") },
        Get($"{App}/api/x?version=v2", 403, "load-balancer") with { Source = IPAddress.Parse("127.0.1.1") },

        // Every kind of action.
        Get("https://old.example.org/a/b?c=d", 302, "load-balancer"),
        Get($"{App}/img/a.png", 503, "load-balancer"),
        Get($"{App}/img/a.jpg", 404, "ingress"),
        Get("https://zero.example.org/", 503, "load-balancer"),
        Get("http://app.example.org/x?y", 301, "load-balancer"),
        Get("http://app.example.org/plain/x", 200, "app"),
        Get("https://any.example.org/", 404, "load-balancer", ("Host", "nobody.example.org")),
        Get("https://any.example.org/api/x", 200, "app", ("Host", "APP.example.org:443")),

        // The name.
        Get("https://www.example.org/", 404, "load-balancer"),
        new("GET https://nothing.example.org/", null, "dns"),
        new("GET https://example.org/", null, "dns"),
        new("HEAD https://app.example.org/api/x", 200, "app"),
        new("PUT https://app.example.org/api/admin", 200, "admin"),
    ];

    private static AgreementCase Get(string url, int status, string answeredBy, params (string Name, string Value)[] headers) =>
        new($"GET {url}", status, answeredBy) { Headers = [.. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))] };
}
