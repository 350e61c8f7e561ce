using System.Runtime.CompilerServices;
using System.Text;

namespace Usher.Wire;

/// <summary>
/// One request on one link, from the near end: what <see cref="ForwardAttempt"/> does over a socket, with the far end's handler called in its place.
/// The object stays with its connection and is used again with it.
/// </summary>
internal sealed class LinkAttempt(UpstreamConnection connection, Link link)
{
    private readonly LinkExchange _far = link.Exchange;
    private LinkRequestBody? _body;
    private ForwardRequest _request;
    private CancellationTokenRegistration _cut;
    private CancellationTokenRegistration _cutByCaller;
    private ForwardFailure? _failure;
    private Exception? _fault;
    private long _sentAt;
    private long _firstByte;
    private long _lastByte;
    private int _status;
    private bool _begun;

    /// <summary>The request's body, for the far end to read.</summary>
    public LinkRequestBody Body => _body ??= new LinkRequestBody(this, _far);

    private HttpExchange Client => _request.Downstream;

    /// <summary>
    /// 1. Hand over the request's head, as the far end would have read it.
    /// 2. Let the far end serve it. It reads the body and hands over the response by the methods below, on its own time.
    /// 3. Drop what it left unread of the body.
    /// 4. Settle: keep the link or close it, and tell what happened. Where a kept link had closed and the options say so, once more on a new one.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ForwardResult> RunAsync(UpstreamPool pool, ForwardRequest request)
    {
        Begin(request);
        try
        {
            _cut = Client.ClientGone.UnsafeRegister(static state => ((UpstreamConnection)state!).Cut(CutReason.ClientGone), connection);
            _cutByCaller = request.Canceled.UnsafeRegister(static state => ((UpstreamConnection)state!).Cut(CutReason.Canceled), connection);
            request.Observer?.OnConnected(connection, connection.Uses);
            if (Client.Request.ExpectContinue) await Client.SendContinueAsync(request.Canceled);
            if (_begun = link.TryBegin())
            {
                // 1.
                var rejection = HandOver();

                // 2. What the handler throws cuts the link, as it cuts a socket; it has seen the same.
                try
                {
                    await link.ServeAsync(rejection);
                }
                catch (Exception)
                {
                    _far.Abort();
                }

                if (!_far.ResponseCompleted) _far.Abort();

                // 3.
                connection.Deadline.Disarm();
                if (_failure is null && _fault is null && _far.ResponseCompleted && !_far.IsBodyRead) await Body.DropAsync();
            }
            else
            {
                _failure = new ForwardFailure(ForwardOutcome.UpstreamClosedBeforeResponse, "The upstream closed the connection without a response.");
            }
        }
        catch (Exception e)
        {
            Note(e);
        }
        finally
        {
            _cut.Dispose();
            _cutByCaller.Dispose();
        }

        if (_fault is not null)
        {
            connection.Cut(CutReason.RequestFailed);
            pool.Return(connection, reusable: false);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
        }

        // 4.
        _failure ??= _far.ResponseCompleted ? null : WhyIncomplete();
        if (_failure is not null) connection.Cut(CutReason.RequestFailed);
        if (_failure is not null && Client.ResponseStarted) Client.Abort();
        var result = Settle(pool, request);
        return request.IsWorthRetrying(result) ? await Forwarder.AgainAsync(request, pool, connection.Key) : result;
    }

    /// <summary>Takes the response's head from the far end, lets it be edited, and hands it to the client.</summary>
    public ValueTask StartResponseAsync(ResponseHead head, HeaderEdits? edits, BodyFraming framing, ConnectionOption option)
    {
        connection.Deadline.Disarm();
        var verdict = HeadWriter.CopyForwarded(connection.Response, _request.Options.ResponseHeadLimits, head, edits, framing, option);
        _far.CountHead(connection.Response.WireLength);
        if (verdict.Violation != HttpViolation.None) return Refuse(ResponseRelay.BadHead(verdict));
        _firstByte = Now();
        _status = connection.Response.StatusCode;
        try
        {
            if (_request.Observer?.Declines(connection.Response) == true) return Refuse(ForwardFailure.Declined);
            connection.ResponseEdits.Reset();
            _request.ResponseEditor?.Edit(connection.Response, connection.ResponseEdits);
            _request.Observer?.OnResponse(connection.Response, connection.ResponseEdits);
            return Passing(Client.StartResponseAsync(connection.Response, connection.ResponseEdits, connection.Response.Framing, _request.Canceled));
        }
        catch (Exception e)
        {
            return Refuse(e);
        }
    }

    public ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data)
    {
        connection.Deadline.Disarm();
        return Passing(Client.WriteBodyAsync(data, _request.Canceled));
    }

    /// <summary>The client's trailers, where they are passed on.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => _request.Options.Trailers ? Client.RequestTrailers : null;

    /// <summary>Sends what was kept back; from then on more is due from the far end.</summary>
    public async ValueTask FlushAsync()
    {
        connection.Deadline.Disarm();
        await Passing(Client.FlushAsync(_request.Canceled));
        connection.Deadline.Arm(_request.Options.ResponseTimeout);
    }

    /// <summary>
    /// The far end has done its part: a client that has all and goes doesn't cost the link, and what happens to the last bytes isn't the far end's to
    /// know.
    /// </summary>
    public ValueTask CompleteAsync()
    {
        connection.Deadline.Disarm();
        _lastByte = Now();
        _cut.Dispose();
        _cutByCaller.Dispose();
        try
        {
            var completing = Client.CompleteAsync(_request.Canceled);
            return completing.IsCompletedSuccessfully ? default : NotingAsync(completing);
        }
        catch (Exception e)
        {
            Note(e);
            return default;
        }
    }

    private async ValueTask NotingAsync(ValueTask completing)
    {
        try
        {
            await completing;
        }
        catch (Exception e)
        {
            Note(e);
        }
    }

    private void Begin(ForwardRequest request)
    {
        _request = request;
        _failure = null;
        _fault = null;
        Body.Begin(request);
        _begun = false;
        _sentAt = _firstByte = _lastByte = _status = 0;
    }

    /// <summary>Hands over the head; what is wrong with it after the edits, if anything is.</summary>
    private HttpRejection? HandOver()
    {
        var head = Client.Request;
        var framing = head.Framing;
        var host = head.Host.IsEmpty ? Encoding.ASCII.GetBytes(connection.RemoteEndPoint.ToString()) : [];
        var option = _request.Options.KeepAlive ? ConnectionOption.None : ConnectionOption.Close;
        var verdict = HeadWriter.CopyForwarded(_far.Request, _far.HeadLimits, head, _request.RequestEdits, framing, option, host);
        var rejected = verdict.Violation != HttpViolation.None;
        _far.Begin(this, rejected);
        if (_far.IsBodyRead) Sent();
        return rejected ? new HttpRejection(verdict.Violation, verdict.Message ?? "") : null;
    }

    /// <summary>The request is with the far end completely.</summary>
    internal void Sent()
    {
        _sentAt = Now();
        if (_status == 0) connection.Deadline.Arm(_request.Options.ResponseTimeout);
        _request.Observer?.OnRequestSent();
    }

    private long Now() => _request.Options.TimeProvider.GetTimestamp();

    /// <summary>Tells the far end that its client is gone when handing something to ours has failed.</summary>
    private ValueTask Passing(ValueTask passing) => passing.IsCompletedSuccessfully ? default : AwaitAsync(passing);

    private async ValueTask AwaitAsync(ValueTask passing)
    {
        try
        {
            await passing;
        }
        catch (Exception e)
        {
            await Refuse(e);
        }
    }

    private ValueTask Refuse(Exception e)
    {
        Note(e);
        connection.Cut(CutReason.RequestFailed);
        return ValueTask.FromException(
            new ExchangeException(HttpViolation.ConnectionClosed, "The client closed the connection before it had the response.", e));
    }

    /// <summary>The client failed inside its body: the request is over.</summary>
    internal void BodyFailed(Exception e)
    {
        Note(e);
        connection.Cut(CutReason.RequestFailed);
    }

    /// <summary>Keeps the first thing that went wrong on the near side. What is none of ours is the caller's to see.</summary>
    private void Note(Exception e)
    {
        if (_failure is not null || _fault is not null) return;
        switch (e)
        {
            case ForwardFailure failure:
                _failure = failure;
                break;
            case ExchangeException client:
                _failure = ForwardFailure.From(client);
                break;
            case OperationCanceledException when _request.Canceled.IsCancellationRequested:
                _failure = new(ForwardOutcome.Canceled, "The forwarding was canceled.", inner: e);
                break;
            default:
                _fault = e;
                break;
        }
    }

    private ForwardFailure WhyIncomplete() => connection.Explain(
        new IOException("the handler cut the response"), clientFailure: null);

    private ForwardResult Settle(UpstreamPool pool, in ForwardRequest request)
    {
        var result = request.ResultOf(connection, connection.Reused, _failure, _status);
        result.RequestSent = _sentAt;
        result.FirstByte = _firstByte;
        result.LastByte = _lastByte > 0 ? _lastByte : Now();
        result.SentBytes = _begun ? _far.RequestBytes : 0;
        result.ReceivedBytes = _begun ? _far.ResponseBytes : 0;
        var fate = connection.FateOf(_request.Options, _failure, _sentAt > 0, extraBytes: false);
        _request = default;
        return request.Ended(result, connection, pool, fate);
    }
}
