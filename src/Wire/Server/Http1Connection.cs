using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Usher.Wire;

/// <summary>One client connection: its requests one after another, pipelined ones included (RFC 9112 section 9.3).</summary>
internal sealed class Http1Connection : IDisposable
{
    private readonly IExchangeHandler _handler;
    private readonly Http1ServerOptions _options;
    private readonly PipeReader _input;
    private readonly Http1Parser _parser;
    private readonly Http1Exchange _exchange;
    private readonly Deadline _deadline;
    private readonly long _opened;
    private CancellationToken _stop;
    private CancellationToken _stopAsked;
    private volatile bool _draining;
    private volatile bool _waiting;
    private volatile bool _timedOut;

    public Http1Connection(ConnectionContext connection, IExchangeHandler handler, Http1ServerOptions options)
    {
        Context = connection;
        _handler = handler;
        _options = options;
        _input = connection.Transport.Input;
        _parser = new Http1Parser(options.HeadLimits, options.Tolerant);
        _deadline = new Deadline(options.TimeProvider, OnDeadline);
        _exchange = new Http1Exchange(this, options);
        _opened = options.TimeProvider.GetTimestamp();
    }

    public ConnectionContext Context { get; }

    /// <summary>Fires when the server, or Kestrel, asks for the connection's end.</summary>
    public CancellationToken Draining => _stop.CanBeCanceled ? _stop : _stopAsked;

    /// <summary>True when the response now starting has to be this connection's last.</summary>
    public bool IsEnding => _stop.IsCancellationRequested || _stopAsked.IsCancellationRequested
        || _options.TimeProvider.GetElapsedTime(_opened) >= _options.KeepAliveTimeout;

    /// <summary>
    /// 1. Read a head. 2. Tell the handler when there is none to answer. 3. Let it answer. 4. Decide whether the connection goes on.
    /// </summary>
    public async Task RunAsync(CancellationToken draining)
    {
        _stop = draining;
        _stopAsked = Context.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var drain = _stop.UnsafeRegister(static state => ((Http1Connection)state!).Drain(), this);
        await using var drainAsked = _stopAsked.UnsafeRegister(static state => ((Http1Connection)state!).Drain(), this);
        try
        {
            for (var goesOn = true; goesOn;)
            {
                _parser.Reset();
                _exchange.Reset();

                // 1.
                var rejection = await ReadHeadAsync();

                // 2.
                if (rejection is { } known)
                {
                    if (known.Violation == HttpViolation.None) break;
                    _exchange.CloseAfterwards(mayStillSend: known.Violation is HttpViolation.TargetTooLong
                        or HttpViolation.HeaderTooLarge or HttpViolation.HeadTooLarge or HttpViolation.TooManyHeaders);
                    await _handler.OnRejectedAsync(_exchange, known);
                    if (_exchange.ResponseCompleted) await LingerAsync();
                    break;
                }

                // 3.
                _exchange.BeginBody();
                await _handler.HandleAsync(_exchange);

                // 4.
                goesOn = await _exchange.FinishAsync();
                if (!goesOn && _exchange.ResponseCompleted) await LingerAsync();
                goesOn &= !_draining;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone or was cut; the handler has seen the same.
            Context.Abort();
        }
        catch
        {
            Context.Abort();
            throw;
        }
        finally
        {
            Dispose();
            await _input.CompleteAsync();
            await Context.Transport.Output.CompleteAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _deadline.Dispose();
        _exchange.Dispose();
    }

    /// <summary>Null when a head was read; a rejection without a violation when the connection just ends.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<HttpRejection?> ReadHeadAsync()
    {
        var begun = false;
        _timedOut = false;
        _deadline.Arm(_options.IdleTimeout);
        try
        {
            while (true)
            {
                _waiting = !begun;
                ReadResult result;
                try
                {
                    if (!_draining || begun) result = await _input.ReadAsync();
                    else if (!_input.TryRead(out result)) return default(HttpRejection);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    return Ended(begun);
                }

                _waiting = false;
                if (_timedOut)
                {
                    _input.AdvanceTo(result.Buffer.Start);
                    return new HttpRejection(HttpViolation.IdleTimeout, "No complete request came before the timeout.");
                }

                var parsed = _parser.ParseRequest(result.Buffer, _exchange.Request);
                _exchange.CountHead(parsed.Consumed);
                _input.AdvanceTo(result.Buffer.GetPosition(parsed.Consumed));
                if (parsed.Status == ParseStatus.Complete) return null;
                if (parsed.Status == ParseStatus.Bad) return new HttpRejection(parsed.Violation, parsed.Message ?? "");
                if (result.IsCompleted) return Ended(begun || parsed.Consumed > 0);
                if (begun || parsed.Consumed == 0) continue;
                begun = true;
                _deadline.Arm(_options.HeadTimeout);
            }
        }
        finally
        {
            _waiting = false;
            _deadline.Disarm();
        }
    }

    private static HttpRejection Ended(bool begun) =>
        begun ? new HttpRejection(HttpViolation.ConnectionClosed, "The client closed the connection inside the request's head.") : default;

    private void OnDeadline()
    {
        _timedOut = true;
        _input.CancelPendingRead();
    }

    private void Drain()
    {
        _draining = true;
        if (_waiting) _input.CancelPendingRead();
    }

    /// <summary>
    /// Reads and drops what a client still sends that hasn't seen the last response yet; ends with the client's own close.
    /// </summary>
    private async ValueTask LingerAsync()
    {
        if (!_exchange.MaySendMore) return;
        _timedOut = false;
        var began = _options.TimeProvider.GetTimestamp();
        _deadline.Arm(_options.LingerTimeout);
        try
        {
            while (!_timedOut && _options.TimeProvider.GetElapsedTime(began) < _options.LingerTime)
            {
                var result = await _input.ReadAsync();
                if (!result.Buffer.IsEmpty) _deadline.Arm(_options.LingerTimeout);
                _input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone: nothing more comes.
        }
    }
}
