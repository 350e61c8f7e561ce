using System.Net;

namespace Usher.Wire;

/// <summary>Where a connection goes, and from where: connections are reused only under the same key.</summary>
/// <param name="Remote">The address and port to connect to.</param>
/// <param name="Source">The local address to connect from; null lets the system choose.</param>
/// <param name="Tls">How the connection is secured; null for plain TCP.</param>
/// <param name="Http2">Whether HTTP/2 is spoken: with prior knowledge (RFC 9113 section 3.3), or chosen by ALPN in TLS, whose settings must offer <c>h2</c>.</param>
public readonly record struct UpstreamKey(IPEndPoint Remote, IPAddress? Source = null, UpstreamTls? Tls = null, bool Http2 = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Remote}{(Source is null ? "" : $" from {Source}")}{(Tls is null ? "" : $" ({Tls})")}{(Http2 ? ", HTTP/2" : "")}";
}
