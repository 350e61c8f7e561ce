using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>A request's body on a link: the client's own, read by the far end where it lies.</summary>
internal sealed class LinkRequestBody(LinkAttempt near, LinkExchange far)
{
    private HttpExchange _client = null!;
    private ReadResult _read;
    private long _limit;

    /// <summary>Makes ready for a request.</summary>
    public void Begin(in ForwardRequest request)
    {
        _client = request.Downstream;
        _limit = request.Options.MaxRequestBody;
        _read = default;
    }

    /// <summary>Reads the client's body for the far end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _read = await _client.ReadBodyAsync(cancellationToken);
            if (_read.IsCanceled || far.BodyBytes + _read.Buffer.Length <= _limit) return _read;
            _client.AdvanceBody(_read.Buffer.End, _read.Buffer.End);
            throw new ExchangeException(HttpViolation.BodyTooLarge, "The request's body is longer than allowed.");
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            near.BodyFailed(e);
            throw new ExchangeException(HttpViolation.ConnectionClosed, "The client closed the connection inside the request's body.", e);
        }
    }

    /// <summary>Tells what of it was used.</summary>
    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        var used = _read.Buffer.IsEmpty ? 0 : _read.Buffer.Slice(0, consumed).Length;
        var last = _read.IsCompleted && used == _read.Buffer.Length;
        _read = default;
        _client.AdvanceBody(consumed, examined);
        far.CountBody(used, last);
        if (last) near.Sent();
    }

    /// <summary>Ends a read that waits.</summary>
    public void CancelRead() => _client.CancelBodyRead();

    /// <summary>
    /// On a socket the far end would drop some of a body that it doesn't want, and the near end have sent it: what is there already is read, and nothing
    /// waited for.
    /// </summary>
    public async ValueTask DropAsync()
    {
        for (var left = (long)far.DrainBytes; left > 0 && !far.IsBodyRead;)
        {
            var reading = _client.ReadBodyAsync();
            if (!reading.IsCompleted) _client.CancelBodyRead();
            try
            {
                _read = await reading;
            }
            catch (ExchangeException)
            {
                // The client's fault, after its answer: what it has counts.
                return;
            }

            if (_read.IsCanceled) return;
            left -= _read.Buffer.Length;
            Advance(_read.Buffer.End, _read.Buffer.End);
        }
    }
}
