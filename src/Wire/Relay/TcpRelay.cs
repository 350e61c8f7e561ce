using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>
/// Joins two connections, each in the plain or within TLS: what comes from one goes to the other, a half-close and a reset included. It knows nothing of what it carries.
/// Its counters can be read while it runs; they count what was within TLS.
/// </summary>
public sealed class TcpRelay
{
    private readonly RelaySide _client;
    private readonly RelaySide _upstream;
    private readonly RelayOptions _options;
    private readonly RelayDirection _toUpstream;
    private readonly RelayDirection _toClient;
    private RelayPatience? _patience;
    private long _quiet = Timeout.InfiniteTimeSpan.Ticks;
    private int _end;

    /// <summary>
    /// A relay between these sockets, which it will close. <see cref="TcpListenerLoop"/> and <see cref="TcpDialer"/> have set NoDelay.
    /// </summary>
    public TcpRelay(Socket client, Socket upstream, RelayOptions? options = null)
        : this(new RelaySide(client), new RelaySide(upstream), options)
    {
    }

    /// <summary>The same between sides of which either may be within TLS.</summary>
    public TcpRelay(RelaySide client, RelaySide upstream, RelayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client.Socket);
        ArgumentNullException.ThrowIfNull(upstream.Socket);
        _client = client;
        _upstream = upstream;
        _options = options ?? new RelayOptions();
        _toUpstream = RelayDirection.Between(client, upstream, _options, () => Ended(RelayEnd.ClientClosed));
        _toClient = RelayDirection.Between(upstream, client, _options, () => Ended(RelayEnd.UpstreamClosed));
    }

    /// <summary>Bytes from the client to the upstream so far.</summary>
    public long BytesToUpstream => _toUpstream.Bytes;

    /// <summary>Bytes from the upstream to the client so far.</summary>
    public long BytesToClient => _toClient.Bytes;

    /// <summary>
    /// Dials and relays. When dialling fails the client is reset, as a kernel would refuse it, and the failure is thrown.
    /// </summary>
    /// <exception cref="ConnectException">The upstream couldn't be connected; the client was reset.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired while dialling; the client was
    /// reset.</exception>
    public static async Task<RelayResult> DialAsync(
        Socket client, UpstreamKey destination, TimeSpan connectTimeout, RelayOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        Socket upstream;
        try
        {
            upstream = await TcpDialer.ConnectAsync(destination, connectTimeout, options.TimeProvider, cancellationToken);
        }
        catch
        {
            TcpDialer.Reset(client);
            throw;
        }

        return await new TcpRelay(client, upstream, options).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Relays until both sides have ended or one is reset, then closes both. Throws nothing for what the peers do. Call it once.
    /// </summary>
    public async Task<RelayResult> RunAsync(CancellationToken cancellationToken = default)
    {
        var started = _options.TimeProvider.GetTimestamp();
        using var patience = new RelayPatience(_options.IdleTimeout, _options.TimeProvider, Cut);
        Volatile.Write(ref _patience, patience);
        patience.Renew();
        if (Interlocked.Read(ref _quiet) != Timeout.InfiniteTimeSpan.Ticks) patience.Shorten(TimeSpan.FromTicks(Interlocked.Read(ref _quiet)));
        await using (cancellationToken.UnsafeRegister(static state => ((TcpRelay)state!).Cut(RelayEnd.Canceled), this))
        {
            var toUpstream = WatchAsync(_toUpstream, patience, RelayEnd.ClientReset, RelayEnd.UpstreamReset);
            var toClient = WatchAsync(_toClient, patience, RelayEnd.UpstreamReset, RelayEnd.ClientReset);
            await toUpstream;
            await toClient;
        }

        Close(_client);
        Close(_upstream);
        return new RelayResult(
            (RelayEnd)_end,
            _toUpstream.Bytes,
            _toClient.Bytes,
            started,
            _toUpstream.FirstByte,
            _toClient.FirstByte,
            Math.Max(_toUpstream.LastByte, _toClient.LastByte),
            _options.TimeProvider.GetTimestamp());
    }

    private async Task WatchAsync(RelayDirection direction, RelayPatience patience, RelayEnd sourceReset, RelayEnd targetReset)
    {
        var end = await direction.RunAsync(patience);
        if (end != DirectionEnd.Closed) Cut(end == DirectionEnd.SourceReset ? sourceReset : targetReset);
    }

    /// <summary>From now on both sides are reset, as by a cancellation, once neither has sent anything for this long.</summary>
    public void CutWhenQuiet(TimeSpan quiet)
    {
        Interlocked.Exchange(ref _quiet, quiet.Ticks);
        Volatile.Read(ref _patience)?.Shorten(quiet);
    }

    private void Ended(RelayEnd end) => Interlocked.CompareExchange(ref _end, (int)end, (int)RelayEnd.None);

    /// <summary>Resets both sides. A reset after one side's end is the end that counts: it lost data.</summary>
    private void Cut(RelayEnd reason)
    {
        var before = (RelayEnd)Volatile.Read(ref _end);
        if (before is RelayEnd.None or RelayEnd.ClientClosed or RelayEnd.UpstreamClosed)
            Interlocked.CompareExchange(ref _end, (int)reason, (int)before);
        TcpDialer.Reset(_client.Socket);
        TcpDialer.Reset(_upstream.Socket);
    }

    private static void Close(RelaySide side)
    {
        side.Tls?.Dispose();
        side.Socket.Dispose();
    }
}
