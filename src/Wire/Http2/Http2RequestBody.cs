using System.Net;

namespace Usher.Wire;

/// <summary>A request's body on its way from the client to an HTTP/2 stream, as fast as the upstream takes it.</summary>
internal sealed class Http2RequestBody : HttpContent
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Stopped = 2;
    private readonly ForwardRequest _request;
    private readonly BodyFraming _framing;
    private readonly Deadline _deadline;
    private readonly Action _sent;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;
    private volatile bool _responseCame;

    private Http2RequestBody(ForwardRequest request, BodyFraming framing, Deadline deadline, Action sent) =>
        (_request, _framing, _deadline, _sent) = (request, framing, deadline, sent);

    /// <summary>True when there is nothing to send but the length, or not even that.</summary>
    public bool IsEmpty => !_framing.MayHaveBody;

    /// <summary>True when something was taken from the client.</summary>
    public bool WasRead { get; private set; }

    /// <summary>Bytes sent.</summary>
    public long SentBytes { get; private set; }

    /// <summary>What failed on the client's side, if anything did.</summary>
    public ExchangeException? ClientFailure { get; private set; }

    /// <summary>The body of a request, with the headers that .NET keeps there; null when there is neither.</summary>
    public static Http2RequestBody? Of(in ForwardRequest request, HttpRequestMessage message, Deadline deadline, Action sent)
    {
        var framing = request.Downstream.Request.Framing;
        if (framing.Kind == BodyKind.None && message.Content is null) return null;
        var body = new Http2RequestBody(request, framing, deadline, sent);
        if (message.Content is { } noted)
        {
            foreach (var (name, values) in noted.Headers.NonValidated) body.Headers.TryAddWithoutValidation(name, values);
            noted.Dispose();
        }

        return body;
    }

    /// <summary>From now on the response's reader minds the timeout.</summary>
    public void ResponseCame() => _responseCame = true;

    /// <summary>Ends the sending if it still goes on, so that nothing touches the exchange any more. The stream is cut by then.</summary>
    public async ValueTask StopAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Stopped, Idle) != Running) return;
        if (!_done.Task.IsCompleted) _request.Downstream.CancelBodyRead();
        await _done.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _framing.Length;
        return _framing.Kind == BodyKind.Length;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (IsEmpty) return;
        // .NET sends a refused stream again, which an upstream hasn't seen; a body can't be.
        if (Interlocked.CompareExchange(ref _state, Running, Idle) != Idle) throw new NoMoreStreamsException();
        try
        {
            await SendAsync(stream, cancellationToken);
        }
        catch (ExchangeException e)
        {
            ClientFailure = e;
            throw;
        }
        finally
        {
            _done.TrySetResult();
        }
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        var downstream = _request.Downstream;
        for (var left = _request.Options.MaxRequestBody; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reading = downstream.ReadBodyAsync(CancellationToken.None);
            if (!reading.IsCompleted)
            {
                try
                {
                    // The head goes out with the first flush.
                    await stream.FlushAsync(cancellationToken);
                }
                catch
                {
                    await UnusedRead.EndAsync(downstream, reading);
                    throw;
                }

                if (!_responseCame) _deadline.Disarm();
            }

            var result = await reading;
            if (result.IsCanceled) throw new OperationCanceledException("The response came before the request was sent.");
            WasRead |= !result.Buffer.IsEmpty;
            left -= result.Buffer.Length;
            try
            {
                if (left < 0) throw new ExchangeException(HttpViolation.BodyTooLarge, "The request's body is longer than allowed.");
                foreach (var piece in result.Buffer)
                {
                    if (piece.IsEmpty) continue;
                    Due();
                    await stream.WriteAsync(piece, cancellationToken);
                    SentBytes += piece.Length;
                }
            }
            finally
            {
                downstream.AdvanceBody(result.Buffer.End, result.Buffer.End);
            }

            if (!result.IsCompleted) continue;
            await stream.FlushAsync(cancellationToken);
            _sent();
            return;
        }
    }

    /// <summary>It is the upstream's turn to take something. Once it answers, that it is being sent to keeps the stream from being idle.</summary>
    private void Due()
    {
        if (_responseCame) _deadline.Move(_request.Options.ResponseTimeout);
        else _deadline.Arm(_request.Options.SendTimeout ?? _request.Options.ResponseTimeout);
    }
}
