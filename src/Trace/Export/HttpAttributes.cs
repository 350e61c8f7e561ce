using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Trace.Export;

/// <summary>Attributes of spans that speak HTTP (OpenTelemetry semantic conventions, HTTP spans).</summary>
internal static class HttpAttributes
{
    /// <summary>Other methods are counted as one, lest whoever sends them fills a backend (<c>http.request.method</c>).</summary>
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

    /// <summary>Signatures in queries that the conventions want hidden (<c>url.query</c>).</summary>
    private static readonly string[] Secrets = ["AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

    private const string Redacted = "REDACTED";

    /// <summary>A span's name: <c>{method} {route}</c>, or the method alone.</summary>
    internal static string Name(string method, string? route = null) => $"{(Methods.Contains(method) ? method : "HTTP")}{(route is null ? "" : $" {route}")}";

    /// <summary>The method, for any of them.</summary>
    internal static void Method(List<KeyValuePair<string, object>> into, string method)
    {
        var known = Methods.Contains(method);
        into.Add("http.request.method", known ? method : "_OTHER");
        if (!known) into.Add("http.request.method_original", method);
    }

    /// <summary>What a hop serves: the load balancer, or the ingress.</summary>
    internal static void Server(List<KeyValuePair<string, object>> into, Journey journey, HopReport hop)
    {
        var facts = hop.Facts;
        Method(into, journey.Method);
        Uri.TryCreate(journey.Url, UriKind.Absolute, out var url);
        var scheme = facts.Text("scheme") ?? url?.Scheme;
        into.Add("url.scheme", scheme);
        into.Add("url.path", facts.Text("path") ?? url?.AbsolutePath);
        into.Add("url.query", url is { Query.Length: > 1 } ? Hidden(url.Query[1..]) : null);
        into.Add("server.address", facts.Text("host") ?? url?.Host);
        into.Add("server.port", (long?)url?.Port);
        if (hop.Hop == Hop.Ingress) into.Add("http.route", facts.Text("rulePath"));
        var peer = facts.Text("peer");
        into.Add("client.address", ClientOf(hop) ?? (peer is null ? null : peer[..Math.Max(0, peer.LastIndexOf(':'))]));
        into.AddEnd("network.peer", peer);
        into.AddEnd("network.local", facts.Text("bound"));
        Protocol(into, facts.Text("protocol"));
        into.Add("http.response.status_code", (long?)hop.Response?.Status);
        into.Add("http.request.size", facts.Number("requestBytes"));
        into.Add("http.response.size", facts.Number("responseBytes"));
    }

    /// <summary>A call: of the client, or of the hop that asked the pod.</summary>
    internal static void Client(List<KeyValuePair<string, object>> into, string method, string? url, string? end, int? status)
    {
        Method(into, method);
        into.Add("url.full", url is null ? null : Full(url));
        into.AddEnd("server", end);
        into.Add("http.response.status_code", (long?)status);
    }

    /// <summary><c>HTTP/2.0</c> as <c>http</c> and <c>2</c>.</summary>
    internal static void Protocol(List<KeyValuePair<string, object>> into, string? protocol)
    {
        if (protocol?.Split('/') is not [var name, var version]) return;
        into.Add("network.protocol.name", name.ToLowerInvariant());
        into.Add("network.protocol.version", version is "2.0" or "3.0" ? version[..1] : version);
    }

    /// <summary>The client's address by what the load balancer or the ingress told on: the last of a chain is whom it saw itself.</summary>
    private static string? ClientOf(HopReport hop)
    {
        var name = hop.Hop == Hop.Ingress ? "X-Real-IP" : "X-Forwarded-For";
        var told = Of(hop.Request?.Added) ?? Of(hop.Request?.Rewritten);
        return told?.Split(',')[^1].Trim();

        string? Of(IReadOnlyDictionary<string, string>? headers) => headers?.GetValueOrDefault(name);
    }

    /// <summary>A URL without what is secret in it.</summary>
    internal static string Full(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var whole = query < 0 ? url : $"{url[..(query + 1)]}{Hidden(url[(query + 1)..])}";
        var scheme = whole.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return whole;
        var end = whole.AsSpan(scheme + 3).IndexOfAny('/', '?');
        var authority = end < 0 ? whole[(scheme + 3)..] : whole.Substring(scheme + 3, end);
        var at = authority.LastIndexOf('@');
        return at < 0 ? whole : string.Create(CultureInfo.InvariantCulture, $"{whole[..(scheme + 3)]}{Redacted}:{Redacted}@{whole[(scheme + 4 + at)..]}");
    }

    private static string Hidden(string query) => string.Join('&', query.Split('&').Select(part =>
        part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && Secrets.Contains(part[..at]) ? $"{part[..at]}={Redacted}" : part));
}
