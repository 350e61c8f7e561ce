using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>What the requests of one HTTP/2 connection have in common: its key, and with TLS the Host (see <see cref="Http2Session"/>).</summary>
internal readonly record struct Http2Origin(UpstreamKey Key, string Host);

/// <summary>A stream of a connection, from when it is asked for until it is returned.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Number">Which request of the connection it is, from 1.</param>
internal readonly record struct Http2Stream(Http2Upstream Connection, int Number);

/// <summary>
/// The HTTP/2 connections of a pool. A request goes on the oldest one that takes more; another is opened when all are full, have been told to end (GOAWAY) or have
/// ended. Who waits for the same connection to be made shares it. Thread-safe.
/// </summary>
internal sealed class Http2Pool(UpstreamPoolOptions options, IUpstreamDialer dialer) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Http2Origin, Connections> _origins = [];
    private long _lastId;
    private bool _draining;
    private bool _disposed;

    /// <summary>All connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _origins.Values.Sum(static o => o.Open.Count);
        }
    }

    /// <summary>Takes a stream of a connection that is there, or of a new one.</summary>
    /// <exception cref="ConnectException">The connection couldn't be made in time, or not be secured.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async ValueTask<Http2Stream> RentAsync(Http2Origin origin, TimeSpan connectTimeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task dialing;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (!_origins.TryGetValue(origin, out var connections)) _origins.Add(origin, connections = new Connections());
                if (TryTake(connections) is { } stream) return stream;
                dialing = connections.Dialing ??= DialAsync(origin, connections, connectTimeout);
            }

            await dialing.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The connection took no more: a smaller number is enough from now on, or it isn't used any more.</summary>
    public void IsFull(Http2Upstream connection)
    {
        lock (_gate)
        {
            if (connection.Active <= 1 || connection.End != StreamEnd.Open) connection.IsRetired = true;
            else connection.Limit = Math.Min(connection.Limit, connection.Active - 1);
        }
    }

    /// <summary>Returns a stream; true when its connection is kept.</summary>
    public bool Return(Http2Upstream connection)
    {
        lock (_gate)
        {
            connection.Active--;
            connection.RestsSince = options.TimeProvider.GetTimestamp();
            connection.IsRetired |= _draining || _disposed || connection.End != StreamEnd.Open;
            if (!connection.IsRetired) return true;
        }

        Sweep();
        return false;
    }

    /// <summary>Closes what is idle for too long, has ended, or isn't wanted any more.</summary>
    public void Sweep()
    {
        List<Http2Upstream> closing = [];
        lock (_gate)
        {
            foreach (var (origin, connections) in _origins)
            {
                closing.AddRange(connections.Open.Where(IsDone));
                connections.Open.RemoveAll(IsDone);
                if (connections is { Open.Count: 0, Dialing: null }) _origins.Remove(origin);
            }
        }

        foreach (var connection in closing) connection.Dispose();
    }

    /// <summary>Closes the idle connections, and the others with their last request.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            _draining = true;
            foreach (var connection in _origins.Values.SelectMany(static o => o.Open)) connection.IsRetired = true;
        }

        Sweep();
    }

    /// <summary>Closes the connections for a key once they are idle.</summary>
    public void Forget(UpstreamKey key)
    {
        lock (_gate)
        {
            foreach (var connection in _origins.Where(o => o.Key.Key == key).SelectMany(static o => o.Value.Open)) connection.IsRetired = true;
        }

        Sweep();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _disposed = true;
        Drain();
    }

    private static Http2Stream? TryTake(Connections connections)
    {
        foreach (var connection in connections.Open)
        {
            if (connection.IsRetired || connection.End != StreamEnd.Open || connection.Active >= connection.Limit) continue;
            connection.Active++;
            return new Http2Stream(connection, ++connection.Uses);
        }

        return null;
    }

    private bool IsDone(Http2Upstream connection) => connection.Active == 0
        && (connection.IsRetired || connection.End != StreamEnd.Open || options.TimeProvider.GetElapsedTime(connection.RestsSince) >= options.IdleTimeout);

    private async Task DialAsync(Http2Origin origin, Connections connections, TimeSpan timeout)
    {
        // The caller holds the lock.
        await Task.Yield();
        Http2Upstream? made = null;
        try
        {
            made = await ConnectAsync(origin.Key, timeout);
        }
        finally
        {
            lock (_gate)
            {
                connections.Dialing = null;
                if (made is not null) connections.Open.Add(made);
            }

            if (made is null) Sweep();
        }
    }

    private async Task<Http2Upstream> ConnectAsync(UpstreamKey key, TimeSpan timeout)
    {
        var dialed = await dialer.DialAsync(key, byWire: true, timeout, CancellationToken.None);
        try
        {
            if (dialed.Socket is not { } socket) throw ConnectException.From(key, new SocketException((int)SocketError.ConnectionReset));
            var transport = new WatchedStream(socket);
            var (tls, session) = key.Tls is null ? (null, null) : await SecureAsync(key, dialed, transport);
            return new Http2Upstream(Interlocked.Increment(ref _lastId), key, dialed, transport, tls, session) { RestsSince = options.TimeProvider.GetTimestamp() };
        }
        catch
        {
            dialed.Closed?.Invoke(default);
            throw;
        }
    }

    private async Task<(System.Net.Security.SslStream? Tls, UpstreamSession? Session)> SecureAsync(UpstreamKey key, DialedUpstream dialed, WatchedStream transport)
    {
        var (tls, session) = await new TlsHandshake(key, dialed, options.TimeProvider).RunAsync(transport, CancellationToken.None);
        if (session.Alpn == "h2") return (tls, session);
        await tls.DisposeAsync();
        throw new ConnectException(key, ConnectFailure.TlsFailed, "it doesn't offer HTTP/2: by ALPN (RFC 7301) it should choose h2, and it chose " + (session.Alpn ?? "nothing"))
        {
            LocalEndPoint = dialed.Local,
            Session = session with { Version = null, Done = 0 },
        };
    }

    /// <summary>The connections for one origin, the oldest first.</summary>
    private sealed class Connections
    {
        public List<Http2Upstream> Open { get; } = [];

        /// <summary>Makes one more; null when nobody waits for one.</summary>
        public Task? Dialing { get; set; }
    }
}
