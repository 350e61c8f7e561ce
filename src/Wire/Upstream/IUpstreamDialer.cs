using System.Net;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>Makes a pool's connections, where that isn't just to dial.</summary>
public interface IUpstreamDialer
{
    /// <summary>Connects.</summary>
    /// <param name="key">Where to, and from where.</param>
    /// <param name="byWire">True when only a socket will do: a link can't carry what is to be sent.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">The connection couldn't be made in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    ValueTask<DialedUpstream> DialAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>
/// A connection that was made: a socket, or a link to a handler in this process. With neither it was accepted and reset at once, which its user
/// finds out as on a socket.
/// </summary>
public sealed record DialedUpstream
{
    /// <summary>The socket, or null.</summary>
    public Socket? Socket { get; init; }

    /// <summary>The link, or null.</summary>
    public Link? Link { get; init; }

    /// <summary>Our end, as the far side knows it.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>True when no socket leads to the key's endpoint: what would have happened there happened in this process.</summary>
    public bool Express { get; init; }

    /// <summary>Cuts the connection when it fires.</summary>
    public CancellationToken Aborted { get; init; }

    /// <summary>Called once when the connection is closed on our side; null when nobody wants to know.</summary>
    public Action<ClosedUpstream>? Closed { get; init; }

    /// <summary>A connected socket, and nothing else.</summary>
    public static DialedUpstream To(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new DialedUpstream { Socket = socket, Local = (IPEndPoint)socket.LocalEndPoint! };
    }
}

/// <summary>How a connection ended.</summary>
/// <param name="ByUpstream">True when the upstream ended it first.</param>
/// <param name="SentBytes">Bytes sent over all of its uses.</param>
/// <param name="ReceivedBytes">Bytes received over all of its uses.</param>
public readonly record struct ClosedUpstream(bool ByUpstream, long SentBytes, long ReceivedBytes);

/// <summary>Dials, and nothing else.</summary>
internal sealed class TcpUpstreamDialer(TimeProvider time) : IUpstreamDialer
{
    public async ValueTask<DialedUpstream> DialAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken) =>
        DialedUpstream.To(await TcpDialer.ConnectAsync(key, timeout, time, cancellationToken));
}
