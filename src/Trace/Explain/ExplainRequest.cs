using System.Net;
using System.Text.Json.Serialization;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace;

/// <summary>A request to explain, as a person gives it.</summary>
/// <param name="Url">Its absolute URL.</param>
/// <param name="Method">The method.</param>
/// <param name="Headers">Headers by their names, which count without case.</param>
public sealed record ExplainRequest(string Url, string Method, Dictionary<string, string[]> Headers)
{
    /// <summary>Whether the client takes any certificate.</summary>
    public bool Insecure { get; init; }

    /// <summary>The address that the client was told for the URL's host; null where it asks a name server.</summary>
    public string? Resolved { get; init; }

    private IPAddress? Address => IPAddress.TryParse(Resolved, out var address) ? address : null;

    /// <summary>Whether the address is one, where any is given.</summary>
    [JsonIgnore]
    public bool IsWellFormed => Resolved is null || Address is not null;

    /// <summary>Whether text is a token, as a method and a header's name are (RFC 9110 section 5.6.2).</summary>
    public static bool IsToken(string text) => !string.IsNullOrEmpty(text) && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    /// <summary>Decides it.</summary>
    /// <param name="explainer">Walks the road.</param>
    /// <param name="generation">The road.</param>
    /// <exception cref="UriFormatException">The URL is no absolute one.</exception>
    public Journey Explain(Explainer explainer, Generation generation)
    {
        var url = new Uri(Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var (path, query) = RequestFacts.SplitTarget(url.PathAndQuery);
        var named = Headers.FirstOrDefault(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
        var (host, port) = RequestFacts.SplitHost(named ?? (url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}"));
        var facts = new RequestFacts
        {
            Method = Method,
            Scheme = url.Scheme,
            Host = host,
            HostPort = port,
            Path = path,
            Query = query,
            Source = IPAddress.Loopback,
            Headers = [.. Headers.SelectMany(h => h.Value, (h, value) => KeyValuePair.Create(h.Key, value))],
        };
        var journey = explainer.Explain(generation, facts, url: (url.IdnHost, url.Port), verifies: !Insecure, resolved: Address).Journey;
        // A request without a Host is told by what was asked for.
        return host.Length > 0 ? journey : journey with { Url = Url };
    }
}
