using System.Net;
using System.Net.Security;

namespace Usher.Wire;

/// <summary>An HTTP/2 connection to an upstream, with as many streams as it takes. What concerns the pool is guarded by the pool's lock.</summary>
internal sealed class Http2Upstream : IUpstream, IDisposable
{
    private readonly DialedUpstream _dialed;
    private readonly WatchedStream _transport;
    private readonly CancellationTokenRegistration _aborting;
    private int _disposed;

    public Http2Upstream(long id, UpstreamKey key, DialedUpstream dialed, WatchedStream transport, SslStream? tls, UpstreamSession? session)
    {
        (Id, _dialed, _transport, RemoteEndPoint, Session) = (id, dialed, transport, key.Remote, session);
        Http2 = new Http2Session(tls ?? (Stream)transport);
        _aborting = dialed.Aborted.UnsafeRegister(static state => ((Http2Upstream)state!).Dispose(), this);
    }

    /// <inheritdoc/>
    public long Id { get; }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint => _dialed.Local;

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public UpstreamSession? Session { get; }

    /// <inheritdoc/>
    public string Protocol => "HTTP/2.0";

    /// <inheritdoc/>
    public bool IsExpress => _dialed.Express;

    /// <inheritdoc/>
    public object? Tag { get; set; }

    /// <summary>What is spoken on it.</summary>
    public Http2Session Http2 { get; }

    /// <summary>How it has ended.</summary>
    public StreamEnd End => _transport.End;

    /// <summary>Requests under way on it.</summary>
    public int Active { get; set; }

    /// <summary>Requests that were given to it.</summary>
    public int Uses { get; set; }

    /// <summary>The most requests at a time, as far as is known.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>True when it takes no further request.</summary>
    public bool IsRetired { get; set; }

    /// <summary>When its last request ended, as the pool's clock's timestamp.</summary>
    public long RestsSince { get; set; }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _aborting.Dispose();
        var byUpstream = _transport.End is StreamEnd.ClosedByPeer or StreamEnd.Broken;
        Http2.Dispose();
        _transport.Dispose();
        _dialed.Closed?.Invoke(new ClosedUpstream(byUpstream, _transport.SentBytes, _transport.ReceivedBytes));
    }
}
