using System.Net;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>What a hop says of a front on Kestrel's connection layer.</summary>
public sealed record KestrelFrontOptions
{
    /// <summary>Where to listen.</summary>
    public required IPEndPoint Bound { get; init; }

    /// <summary>Who serves the requests.</summary>
    public required IHttpHop Hop { get; init; }

    /// <summary>Serves HTTP/1.</summary>
    public required Http1Server Http1 { get; init; }

    /// <summary>How long an HTTP/2 connection may be idle.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>The longest head of an HTTP/2 request, in bytes.</summary>
    public required int HeadBytes { get; init; }

    /// <summary>The longest name or value of an HTTP/2 header as it is sent, in bytes; a longer one ends the connection with GOAWAY. 32 KiB unless a hop says otherwise.</summary>
    public int FieldBytes { get; init; } = 32 * 1024;

    /// <summary>Reads PROXY headers; null for a port that never wants any.</summary>
    public ProxyEntry? Proxied { get; init; }

    /// <summary>The end of TLS; null for a front in the plain, which speaks HTTP/1, and HTTP/2 with <see cref="PriorKnowledge"/>.</summary>
    public IHttpTlsEnd? Tls { get; init; }

    /// <summary>Whether clients may begin with HTTP/2 in the plain (RFC 9113 section 3.3).</summary>
    public bool PriorKnowledge { get; init; }
}
