using System.Text.Json.Serialization;

namespace Usher.Trace;

/// <summary>
/// What a client (<c>usher trace</c>) knows of its own request, posted when it is done. Joins the request by its TCP connection. Clients
/// on other machines can't post one: times are ticks of this machine's monotonic clock, which all its processes share.
/// </summary>
public sealed record ClientReport
{
    /// <summary>The method, as sent.</summary>
    public required string Method { get; init; }

    /// <summary>The URL, as the person gave it, with the port that was used.</summary>
    public required string Url { get; init; }

    /// <summary>The client's end of its connection, <c>127.0.0.1:40112</c>; null when it never had one.</summary>
    public string? Local { get; init; }

    /// <summary>The other end, <c>127.18.0.1:8443</c>; null when no connection was tried.</summary>
    public string? Remote { get; init; }

    // Defaults stay only where a property can be set: the generated reader gives init-only ones null or 0 when they are left out.
    /// <summary>Which request of the connection this was, from 1.</summary>
    public int RequestOnConnection { get; set; } = 1;

    /// <summary>How the name became an address; null when the URL holds an address or the connection was there already.</summary>
    public ClientDns? Dns { get; init; }

    /// <summary>When what happened.</summary>
    public required ClientTimes Times { get; init; }

    /// <summary>The handshake as the client saw it; null without TLS, and on a connection that was there already.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary>The status received; null when nothing answered.</summary>
    public int? Status { get; init; }

    /// <summary>What failed before there was a whole response; null when nothing did.</summary>
    public ClientFailure? Failure { get; init; }

    /// <summary>Whether the client knows that the application reports spans, so that waiting for them is worth it.</summary>
    public bool ExpectSpans { get; init; }

    /// <summary>The visit of a browser that this request belongs to, or null.</summary>
    public string? Visit { get; init; }

    /// <summary>What the browser did with the response (step 10); null for other clients.</summary>
    public ClientBrowser? Browser { get; init; }
}

/// <summary>Ticks of the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>); 0 for what did not happen.</summary>
public sealed record ClientTimes
{
    /// <summary>Ticks per second.</summary>
    public required long Frequency { get; init; }

    /// <summary>The client's first act.</summary>
    public required long Start { get; init; }

    /// <summary>The name server had answered.</summary>
    public long DnsDone { get; init; }

    /// <summary>The TCP connection was there.</summary>
    public long Connected { get; init; }

    /// <summary>The handshake was done.</summary>
    public long TlsDone { get; init; }

    /// <summary>The request was sent.</summary>
    public long RequestSent { get; init; }

    /// <summary>The first byte of the response had arrived.</summary>
    public long FirstByte { get; init; }

    /// <summary>The last byte had arrived, or the client had given up.</summary>
    public long LastByte { get; init; }
}

/// <summary>How a name became an address.</summary>
public sealed record ClientDns
{
    /// <summary>The name asked for.</summary>
    public required string Name { get; init; }

    /// <summary>Who was asked, <c>127.0.0.1:5300</c>; null when nobody was (<c>--resolve</c>).</summary>
    public string? Server { get; init; }

    /// <summary>The client's end of the query, <c>127.0.0.1:53124</c>, or null.</summary>
    public string? Local { get; init; }

    /// <summary>The query's id, or null.</summary>
    public ushort? QueryId { get; init; }

    /// <summary>The addresses answered.</summary>
    public IReadOnlyList<string> Answers { get; set; } = [];

    /// <summary>The answer's time to live in seconds, or null.</summary>
    public long? Ttl { get; init; }

    /// <summary>The response code's name (<c>NOERROR</c>, <c>NXDOMAIN</c>), or null.</summary>
    public string? ResponseCode { get; init; }
}

/// <summary>A handshake as the client saw it.</summary>
public sealed record ClientTls
{
    /// <summary><c>TLSv1.3</c>, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The cipher suite's IANA name, or null.</summary>
    public string? Cipher { get; init; }

    /// <summary>The protocol negotiated by ALPN, or null.</summary>
    public string? Alpn { get; init; }

    /// <summary>Whether the chain and the name held.</summary>
    public bool Verified { get; init; }

    /// <summary>Subjects of the chain, the leaf first.</summary>
    public IReadOnlyList<string> Chain { get; set; } = [];

    /// <summary>Why the chain or the name didn't hold, or null.</summary>
    public string? Error { get; init; }
}

/// <summary>What failed.</summary>
/// <param name="At"><c>dns</c>, <c>connect</c>, <c>tls</c> or <c>request</c>.</param>
/// <param name="Message">What happened, for a person.</param>
public sealed record ClientFailure(string At, string Message);

/// <summary>What a browser measured. Milliseconds from the client's first act; null for what did not happen.</summary>
public sealed record ClientBrowser
{
    /// <summary>Name and version.</summary>
    public required string Name { get; init; }

    /// <summary>First contentful paint.</summary>
    public double? FirstContentfulPaintMs { get; init; }

    /// <summary>The document was parsed.</summary>
    public double? DomContentLoadedMs { get; init; }

    /// <summary>Everything that the page asked for was loaded.</summary>
    public double? LoadMs { get; init; }

    /// <summary>Requests that the page made.</summary>
    public int? Requests { get; init; }
}

/// <summary>Writes and reads client reports as JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientReport))]
public sealed partial class ClientReportJson : JsonSerializerContext;
