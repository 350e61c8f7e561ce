namespace Usher.Wire;

/// <summary>One request on one stream of an HTTP/2 connection: what <see cref="ForwardAttempt"/> does on a connection of HTTP/1.1.</summary>
internal sealed class Http2Attempt : IDisposable
{
    private readonly Http2Upstream _connection;
    private readonly int _number;
    private readonly Http2Pool _pool;
    private readonly ForwardRequest _request;
    private readonly CancellationTokenSource _cut = new();
    private readonly Deadline _deadline;
    private readonly ResponseHead _head = new();
    private Http2RequestBody? _body;
    private Http2ResponseBody? _answer;
    private int _why;
    private int _status;
    private long _headBytes;
    private long _responseBytes;
    private long _sentAt;
    private long _firstByte;
    private long _lastByte;

    public Http2Attempt(Http2Stream stream, Http2Pool pool, ForwardRequest request)
    {
        (_connection, _number, _pool, _request) = (stream.Connection, stream.Number, pool, request);
        _deadline = new Deadline(request.Options.TimeProvider, () => Cut(CutReason.ResponseTimeout));
    }

    private HttpExchange Downstream => _request.Downstream;

    /// <summary>
    /// 1. Begin to send the request; its body may go on being sent during all further steps.
    /// 2. Wait for the response's head.
    /// 3. Let it be edited, and hand it to the client.
    /// 4. Pass the body on, then the trailers.
    /// 5. Stop what is still being sent, give the stream back, and tell what happened.
    /// </summary>
    /// <param name="isLast">Whether this is the last connection that is tried.</param>
    /// <returns>What happened; null when the connection took no more requests, and another is to be tried.</returns>
    public async ValueTask<ForwardResult?> RunAsync(bool isLast)
    {
        ForwardFailure? failure = null;
        var settled = false;
        try
        {
            using var cut = Downstream.ClientGone.UnsafeRegister(static state => ((Http2Attempt)state!).Cut(CutReason.ClientGone), this);
            using var cutByCaller = _request.Canceled.UnsafeRegister(static state => ((Http2Attempt)state!).Cut(CutReason.Canceled), this);
            _request.Observer?.OnConnected(_connection, _number);
            if (Downstream.Request.ExpectContinue) await Downstream.SendContinueAsync(_request.Canceled);

            // 1.
            using var message = Http2Heads.Write(_request, _connection, out _headBytes);
            message.Content = _body = Http2RequestBody.Of(_request, message, _deadline, Sent);
            var sending = _connection.Http2.SendAsync(message, _cut.Token);
            if (_body is null or { IsEmpty: true }) Sent();

            // 2.
            using var response = await sending;
            _body?.ResponseCame();
            _deadline.Disarm();
            _firstByte = _request.Options.TimeProvider.GetTimestamp();

            // 3.
            var framing = Http2Heads.Read(response, _head, _request.Options.ResponseHeadLimits, out _responseBytes);
            _status = _head.StatusCode;
            if (_request.Observer?.Declines(_head) == true) throw ForwardFailure.Declined;
            var edits = new HeaderEdits();
            _request.ResponseEditor?.Edit(_head, edits);
            _request.Observer?.OnResponse(_head, edits);
            await Downstream.StartResponseAsync(_head, edits, framing, _request.Canceled);

            // 4.
            _answer = new Http2ResponseBody(response, Downstream, _deadline, _request);
            if (!Downstream.Request.IsHead && !_head.StatusForbidsBody) await _answer.RelayAsync(framing, _cut.Token);
            _answer.RelayTrailers();
            _lastByte = _request.Options.TimeProvider.GetTimestamp();
            cut.Dispose();
            cutByCaller.Dispose();
            await Downstream.CompleteAsync(_request.Canceled);
            settled = true;
        }
        catch (Exception e) when (Explain(e) is { } explained)
        {
            failure = explained;
        }
        finally
        {
            // 5.
            _deadline.Disarm();
            await _cut.CancelAsync();
            if (_body is not null) await _body.StopAsync();
            if (!settled && failure is null) _pool.Return(_connection);
        }

        return Settle(failure, isLast);
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _cut.Dispose();
    }

    private ForwardResult? Settle(ForwardFailure? failure, bool isLast)
    {
        var turnedAway = failure?.InnerException is NoMoreStreamsException && _body?.WasRead != true;
        if (turnedAway) _pool.IsFull(_connection);
        var kept = _pool.Return(_connection);
        if (turnedAway && !isLast) return null;
        if (failure is not null && Downstream.ResponseStarted) Downstream.Abort();
        var result = _request.ResultOf(_connection, _number > 1, failure, _status) with { Trailers = _answer?.Trailers };
        result.UpstreamFate = kept ? UpstreamFate.Kept : failure is null ? UpstreamFate.ClosedByUpstream : UpstreamFate.ClosedOnFailure;
        result.RequestSent = _sentAt;
        result.FirstByte = _firstByte;
        result.LastByte = _lastByte > 0 ? _lastByte : _request.Options.TimeProvider.GetTimestamp();
        result.SentBytes = _headBytes + (_body?.SentBytes ?? 0);
        result.ReceivedBytes = _responseBytes + (_answer?.Bytes ?? 0);
        return _request.Ended(result);
    }

    private void Sent()
    {
        _sentAt = _request.Options.TimeProvider.GetTimestamp();
        if (_firstByte == 0) _deadline.Arm(_request.Options.ResponseTimeout);
        _request.Observer?.OnRequestSent();
    }

    private void Cut(CutReason reason)
    {
        if (Interlocked.CompareExchange(ref _why, (int)reason, 0) == 0) _cut.Cancel();
    }

    /// <summary>What an exception means; null when it is none of ours.</summary>
    private ForwardFailure? Explain(Exception e)
    {
        if (((CutReason)Volatile.Read(ref _why)).Explain(e, "stream") is { } cut) return cut;
        return e switch
        {
            ForwardFailure failure => failure,
            ExchangeException client => ForwardFailure.From(client),
            _ when _body?.ClientFailure is { } client => ForwardFailure.From(client),
            OperationCanceledException when _request.Canceled.IsCancellationRequested => new(ForwardOutcome.Canceled, "The forwarding was canceled.", inner: e),
            _ => Http2Failures.Of(e, _connection.End, responseBegan: _status > 0),
        };
    }
}
