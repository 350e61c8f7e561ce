using System.Collections.Concurrent;

namespace Usher.Wire;

/// <summary>
/// Keeps idle upstream connections and makes new ones. The last one returned is rented first, so that surplus ones grow old and are closed.
/// One that is known to be closed isn't rented, but a connection may still close just when it is used: that race is never hidden.
/// HTTP/2 connections are shared instead of rented (<see cref="Http2Pool"/>). Thread-safe.
/// </summary>
public sealed class UpstreamPool : IDisposable
{
    private readonly ConcurrentDictionary<UpstreamKey, IdleConnections> _idle = new();
    private readonly UpstreamPoolOptions _options;
    private readonly IUpstreamDialer _dialer;
    private readonly ITimer _sweep;
    private long _lastId;
    private volatile bool _disposed;
    private volatile bool _draining;

    /// <summary>A pool with these options.</summary>
    public UpstreamPool(UpstreamPoolOptions? options = null)
    {
        _options = options ?? new UpstreamPoolOptions();
        _dialer = _options.Dialer ?? new TcpUpstreamDialer(_options.TimeProvider);
        Http2 = new Http2Pool(_options, _dialer);
        var period = TimeSpan.FromMilliseconds(Math.Clamp(_options.IdleTimeout.TotalMilliseconds / 4, 10, 15_000));
        _sweep = _options.TimeProvider.CreateTimer(static state => ((UpstreamPool)state!).Sweep(), this, period, period);
    }

    /// <summary>The number of idle connections for a key.</summary>
    public int IdleCount(UpstreamKey key) => _idle.TryGetValue(key, out var idle) ? idle.Count : 0;

    /// <summary>The number of all idle connections.</summary>
    public int TotalIdle => _idle.Values.Sum(static idle => idle.Count);

    /// <summary>The HTTP/2 connections.</summary>
    internal Http2Pool Http2 { get; }

    /// <summary>
    /// Rents an idle connection, or a new one when there is none or <paramref name="onlyNew"/>. With <paramref name="byWire"/> it is no link.
    /// </summary>
    /// <exception cref="ConnectException">The connection couldn't be made in time, or not be secured.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public ValueTask<UpstreamConnection> RentAsync(
        UpstreamKey key, TimeSpan? connectTimeout = null, bool onlyNew = false, bool byWire = false, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!onlyNew && TryRentIdle(key, byWire) is { } idle) return new ValueTask<UpstreamConnection>(idle);
        return ConnectAsync(key, byWire || key.Tls is not null, connectTimeout ?? _options.ConnectTimeout, cancellationToken);
    }

    /// <summary>Rents an idle connection, with <paramref name="byWire"/> no link; null when there is none that can be used.</summary>
    internal UpstreamConnection? TryRentIdle(UpstreamKey key, bool byWire)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idle.TryGetValue(key, out var idle)) return null;
        while (idle.TryTakeNewest(byWire, out var connection))
        {
            var rested = Rested(connection);
            if (rested < _options.IdleTimeout && !connection.IsKnownDead(look: rested >= _options.TakenUnseen))
            {
                connection.Begin();
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <summary>
    /// Returns a rented connection. It is closed unless it is <paramref name="reusable"/> and there is room; true when it was kept.
    /// </summary>
    public bool Return(UpstreamConnection connection, bool reusable)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection.End();
        if (!reusable || _disposed || _draining || connection.WhyCut != CutReason.None)
        {
            connection.Dispose();
            return false;
        }

        connection.ReturnedAt = _options.TimeProvider.GetTimestamp();
        if (!TryKeep(connection)) connection.Dispose();
        else if (_disposed || _draining) Sweep();
        else return true;
        return false;
    }

    /// <summary>Closes all idle connections for a key, for when its upstream is gone.</summary>
    public void Forget(UpstreamKey key)
    {
        if (_idle.TryRemove(key, out var idle)) idle.CloseAll();
        if (key.Http2) Http2.Forget(key);
    }

    /// <summary>Closes all idle connections and keeps none from now on; those that are needed are still made.</summary>
    public void Drain()
    {
        _draining = true;
        Http2.Drain();
        Sweep();
    }

    /// <summary>Closes all idle connections; rented ones close when they are returned.</summary>
    public void Dispose()
    {
        _disposed = true;
        _sweep.Dispose();
        Http2.Dispose();
        Sweep();
    }

    private async ValueTask<UpstreamConnection> ConnectAsync(UpstreamKey key, bool byWire, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var dialed = await _dialer.DialAsync(key, byWire, timeout, cancellationToken);
        var connection = key.Tls is null
            ? new UpstreamConnection(Interlocked.Increment(ref _lastId), key, dialed, _options.TimeProvider)
            : await SecureAsync(key, dialed, cancellationToken);
        connection.Begin();
        return connection;
    }

    private async Task<UpstreamConnection> SecureAsync(UpstreamKey key, DialedUpstream dialed, CancellationToken cancellationToken)
    {
        try
        {
            var (stream, session) = await new TlsHandshake(key, dialed, _options.TimeProvider).RunAsync(cancellationToken);
            return new UpstreamConnection(Interlocked.Increment(ref _lastId), key, dialed, _options.TimeProvider, new TlsChannel(stream), session);
        }
        catch
        {
            dialed.Closed?.Invoke(default);
            throw;
        }
    }

    private bool TryKeep(UpstreamConnection connection)
    {
        while (true)
        {
            var idle = _idle.GetOrAdd(connection.Key, static _ => new IdleConnections());
            if (idle.TryAdd(connection, _options.MaxIdlePerKey)) return true;
            if (!idle.IsRetired) return false;
            _idle.TryRemove(new(connection.Key, idle));
        }
    }

    private TimeSpan Rested(UpstreamConnection connection) => _options.TimeProvider.GetElapsedTime(connection.ReturnedAt);

    private void Sweep()
    {
        Http2.Sweep();
        foreach (var (key, idle) in _idle)
        {
            if (_disposed || _draining) idle.CloseAll();
            else idle.CloseWhere(connection => Rested(connection) >= _options.IdleTimeout || connection.IsKnownDead());
            if (idle.TryRetire()) _idle.TryRemove(new(key, idle));
        }
    }
}
