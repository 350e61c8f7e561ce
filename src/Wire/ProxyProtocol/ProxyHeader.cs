using System.Net;

namespace Usher.Wire;

/// <summary>
/// What a proxy says of a connection before its first byte (The PROXY protocol, versions 1 and 2, haproxy.org).
/// </summary>
/// <param name="Source">The client's end; null where the proxy speaks for itself (LOCAL) or doesn't know (UNKNOWN).</param>
/// <param name="Destination">The end that the client connected to; null with <paramref name="Source"/>.</param>
public sealed record ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>The longest one that is read, in bytes: nginx's <c>NGX_PROXY_PROTOCOL_MAX_HEADER</c>.</summary>
    public const int MaxBytes = 4096;

    /// <summary>One that names nobody.</summary>
    public static ProxyHeader Nobody { get; } = new(null, null);
}
