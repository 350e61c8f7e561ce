using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>One request on one upstream connection. The object stays with its connection and is used again with it.</summary>
internal sealed class ForwardAttempt
{
    private readonly UpstreamConnection _connection;
    private readonly RequestPump _pump;
    private readonly ResponseRelay _relay;
    private Task? _sending;
    private long _firstByte;
    private long _lastByte;
    private int _status;
    private RelayResult? _tunnel;

    public ForwardAttempt(UpstreamConnection connection)
    {
        _connection = connection;
        _pump = new RequestPump(connection);
        _relay = new ResponseRelay(connection);
    }

    /// <summary>
    /// 1. Begin to send the request; its body may go on being sent during all further steps.
    /// 2. Read the response's head.
    /// 3. Let it be edited, and hand it to the client.
    /// 4. Pass the body on; or, when the upstream switches protocols, join both connections.
    /// 5. Settle: keep the connection or close it, and tell what happened.
    /// 6. Where the kept connection had closed and the options say so, once more on a new one.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ForwardResult> RunAsync(UpstreamPool pool, ForwardRequest request)
    {
        var downstream = request.Downstream;
        var cut = default(CancellationTokenRegistration);
        var cutByCaller = default(CancellationTokenRegistration);
        var failure = default(ForwardFailure);
        var settled = false;
        Begin(request);
        try
        {
            cut = downstream.ClientGone.UnsafeRegister(
                static state => ((UpstreamConnection)state!).Cut(CutReason.ClientGone), _connection);
            cutByCaller = request.Canceled.UnsafeRegister(
                static state => ((UpstreamConnection)state!).Cut(CutReason.Canceled), _connection);
            request.Observer?.OnConnected(_connection, _connection.Uses);
            if (downstream.Request.ExpectContinue) await downstream.SendContinueAsync(request.Canceled);

            // 1.
            var sending = _pump.RunAsync(request.RequestEdits);
            if (sending.IsCompleted) await sending;
            else _sending = sending.AsTask();

            // 2.
            await _relay.ReadHeadAsync(_pump);
            _connection.Deadline.Disarm();
            _pump.ResponseCame();
            _firstByte = request.Options.TimeProvider.GetTimestamp();

            // 3.
            var head = _connection.Response;
            _status = head.StatusCode;
            if (request.Observer?.Declines(head) == true) throw ForwardFailure.Declined;
            _connection.ResponseEdits.Reset();
            request.ResponseEditor?.Edit(head, _connection.ResponseEdits);
            request.Observer?.OnResponse(head, _connection.ResponseEdits);
            if (_status == 101)
            {
                // A client that ends its side may still be sent to.
                cut.Dispose();
                var client = await downstream.SwitchAsync(head, _connection.ResponseEdits);
                _tunnel = await new UpgradeTunnel(client, _connection, request.Options).RunAsync(downstream.Draining);
                _lastByte = _tunnel.Ended;
            }
            else
            {
                await downstream.StartResponseAsync(head, _connection.ResponseEdits, head.Framing, request.Canceled);

                // 4.
                await _relay.RelayBodyAsync(downstream, head.FramingFor(downstream.Request.IsHead), request.Canceled);
                _lastByte = request.Options.TimeProvider.GetTimestamp();

                // The upstream has done its part: a client that has all and goes doesn't cost its connection.
                cut.Dispose();
                cutByCaller.Dispose();
                await downstream.CompleteAsync(request.Canceled);
            }
        }
        catch (Exception e) when (Explain(e, request.Canceled) is { } explained)
        {
            failure = explained;
        }
        finally
        {
            // 5.
            cut.Dispose();
            cutByCaller.Dispose();
            await StopSendingAsync(downstream);
            settled = _status > 0 && failure is null && downstream.ResponseCompleted;
            if (!settled) _connection.Cut(CutReason.RequestFailed);
            if (!settled && failure is null) pool.Return(_connection, reusable: false);
        }

        if (failure is not null && downstream.ResponseStarted) downstream.Abort();
        var result = Settle(pool, request, failure);
        return request.IsWorthRetrying(result) ? await Forwarder.AgainAsync(request, pool, _connection.Key) : result;
    }

    private void Begin(ForwardRequest request)
    {
        _sending = null;
        _firstByte = _lastByte = _status = 0;
        _tunnel = null;
        var upgrade = PassesUpgrade(request);
        _pump.Begin(request, upgrade);
        _relay.Begin(request.Options, upgrade);
    }

    /// <summary>Whether a request's upgrade is passed on, which wants a socket.</summary>
    internal static bool PassesUpgrade(in ForwardRequest request)
    {
        var head = request.Downstream.Request;
        if (request.Options.Upgrades == ForwardedUpgrades.None || !head.IsUpgrade || !request.Downstream.CanSwitch || head.Framing.MayHaveBody) return false;
        return request.Options.Upgrades == ForwardedUpgrades.Any
            || (head.TryGet("Upgrade"u8, out var protocol) && Grammar.Same(protocol, "websocket"u8));
    }

    /// <summary>Ends the sending if it still goes on, so that nothing touches the exchange any more.</summary>
    private async ValueTask StopSendingAsync(HttpExchange downstream)
    {
        if (_sending is null) return;
        // What is sent completely is about to end by itself: its connection is as good as before.
        if (!_sending.IsCompleted && !_pump.IsSent)
        {
            _connection.Cut(CutReason.EarlyResponse);
            downstream.CancelBodyRead();
        }

        await _sending;
    }

    private ForwardResult Settle(UpstreamPool pool, ForwardRequest request, ForwardFailure? failure)
    {
        var fate = _connection.FateOf(request.Options, failure, _pump.IsSent, extraBytes: !_connection.Received.IsEmpty);
        if (failure is null && _tunnel is not null) fate = UpstreamFate.ClosedAfterUpgrade;
        var result = request.ResultOf(_connection, _connection.Reused, failure, _status);
        result.Trailers = _relay.Trailers;
        result.RequestSent = _pump.SentAt;
        result.FirstByte = _firstByte;
        result.LastByte = _lastByte > 0 ? _lastByte : request.Options.TimeProvider.GetTimestamp();
        result.SentBytes = _connection.Output.SentBytes;
        result.ReceivedBytes = _connection.ReceivedBytes;
        result.Tunnel = _tunnel;
        return request.Ended(result, _connection, pool, fate);
    }

    /// <summary>What an exception means; null when it is none of ours.</summary>
    private ForwardFailure? Explain(Exception e, CancellationToken canceled)
    {
        switch (e)
        {
            case ForwardFailure failure:
                return failure;
            case ExchangeException client:
                return ForwardFailure.From(client);
            case OperationCanceledException when canceled.IsCancellationRequested:
                return new(ForwardOutcome.Canceled, "The forwarding was canceled.", inner: e);
            case SocketException or ObjectDisposedException:
                return _connection.Explain(e, _pump.ClientFailure);
            default:
                return null;
        }
    }
}

