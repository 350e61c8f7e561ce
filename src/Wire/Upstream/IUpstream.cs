using System.Net;

namespace Usher.Wire;

/// <summary>What can be told of a connection to an upstream, whatever is spoken on it.</summary>
public interface IUpstream
{
    /// <summary>A number of its own within its pool.</summary>
    long Id { get; }

    /// <summary>Our end.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The upstream's end.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>What its TLS handshake negotiated; null for plain TCP.</summary>
    UpstreamSession? Session { get; }

    /// <summary>What is spoken: <c>HTTP/1.1</c> or <c>HTTP/2.0</c>, as access logs write it.</summary>
    string Protocol { get; }

    /// <summary>True when no socket leads to <see cref="RemoteEndPoint"/>: what would have happened there happened in this process.</summary>
    bool IsExpress { get; }

    /// <summary>Whatever its user wants to remember of the connection; it stays over all of its uses.</summary>
    object? Tag { get; set; }
}
