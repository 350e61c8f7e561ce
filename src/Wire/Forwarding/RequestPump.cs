using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Usher.Wire;

/// <summary>Sends one request to an upstream, head and body, while the response may already be read.</summary>
internal sealed class RequestPump(UpstreamConnection connection)
{
    private static readonly ReadOnlyMemory<byte> ChunkEnd = ChunkHeader.DataEnd.ToArray();
    private static readonly ReadOnlyMemory<byte> LastChunk = ChunkHeader.End.ToArray();
    private HttpExchange _downstream = null!;
    private ForwardOptions _options = null!;
    private IForwardObserver? _observer;
    private KeptBody? _kept;
    private bool _upgrade;
    private volatile bool _sent;
    private volatile bool _responseCame;

    /// <summary>True when the request was sent completely.</summary>
    public bool IsSent => _sent;

    /// <summary>When the request was sent completely, else 0.</summary>
    public long SentAt { get; private set; }

    /// <summary>What failed on the client's side, if anything did.</summary>
    public ExchangeException? ClientFailure { get; private set; }

    public void Begin(in ForwardRequest request, bool upgrade)
    {
        _upgrade = upgrade;
        (_downstream, _options, _observer, _kept) = (request.Downstream, request.Options, request.Observer, request.Kept);
        _sent = false;
        _responseCame = false;
        SentAt = 0;
        ClientFailure = null;
    }

    /// <summary>From now on the response's reader minds the timeout.</summary>
    public void ResponseCame() => _responseCame = true;

    /// <summary>
    /// Sends everything. A failure of the client cuts the connection; a failure to send is left for the response's reader to find out,
    /// because an upstream that stops reading may have answered first.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(HeaderEdits? edits)
    {
        try
        {
            var framing = WriteHead(edits);
            if (framing.MayHaveBody) await SendBodyAsync(framing.Kind == BodyKind.Chunked);
            else await FlushAsync();
        }
        catch (ExchangeException e)
        {
            ClientFailure = e;
            connection.Cut(CutReason.RequestFailed);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader tells.
        }
    }

    private BodyFraming WriteHead(HeaderEdits? edits)
    {
        var request = _downstream.Request;
        var framing = request.Framing;
        var host = request.Host.IsEmpty ? Encoding.ASCII.GetBytes(connection.RemoteEndPoint.ToString()) : [];
        var option = _upgrade ? ConnectionOption.Upgrade : _options.KeepAlive ? ConnectionOption.None : ConnectionOption.Close;
        HeadWriter.WriteForwarded(connection.Output, request, edits, framing, option, host);
        return framing;
    }

    private async ValueTask SendBodyAsync(bool chunked)
    {
        if (_kept is { Length: > 0 }) await SendPieceAsync(_kept.Bytes, chunked);
        if (_kept is { IsComplete: true })
        {
            await EndBodyAsync(chunked);
            return;
        }

        for (var left = _options.MaxRequestBody - (_kept?.Length ?? 0); ;)
        {
            var reading = _downstream.ReadBodyAsync();
            if (!reading.IsCompleted)
            {
                try
                {
                    await DueAsync(connection.Output.FlushAsync());
                }
                catch
                {
                    await UnusedRead.EndAsync(_downstream, reading);
                    throw;
                }

                if (!_responseCame) connection.Deadline.Disarm();
            }

            var result = await reading;
            // What was canceled for a connection before this one is read anew.
            if (result.IsCanceled && connection.WhyCut == CutReason.None) continue;
            if (result.IsCanceled) return;
            left -= result.Buffer.Length;
            _kept?.Add(result.Buffer);
            try
            {
                if (left < 0) throw new ExchangeException(HttpViolation.BodyTooLarge, "The request's body is longer than allowed.");
                foreach (var piece in result.Buffer)
                    if (!piece.IsEmpty) await SendPieceAsync(piece, chunked);
            }
            finally
            {
                _downstream.AdvanceBody(result.Buffer.End, result.Buffer.End);
            }

            if (!result.IsCompleted) continue;
            _kept?.Complete();
            await EndBodyAsync(chunked);
            return;
        }
    }

    private async ValueTask EndBodyAsync(bool chunked)
    {
        if (chunked) await DueAsync(connection.Output.WriteAsync(_options.Trailers && _downstream.RequestTrailers is { } trailers ? TrailerSection.LastChunk(trailers) : LastChunk));
        await FlushAsync();
    }

    private async ValueTask SendPieceAsync(ReadOnlyMemory<byte> piece, bool chunked)
    {
        if (chunked) connection.Output.Advance(ChunkHeader.Write(connection.Output.GetSpan(ChunkHeader.MaxLength), piece.Length));
        await DueAsync(connection.Output.WriteAsync(piece));
        if (chunked) await DueAsync(connection.Output.WriteAsync(ChunkEnd));
    }

    /// <summary>Sends what waits: the request is complete.</summary>
    private ValueTask FlushAsync()
    {
        var sending = connection.Output.FlushAsync();
        if (!sending.IsCompletedSuccessfully) return AwaitSentAsync(sending);
        Sent();
        return default;
    }

    private async ValueTask AwaitSentAsync(ValueTask sending)
    {
        await DueAsync(sending);
        Sent();
    }

    private void Sent()
    {
        SentAt = _options.TimeProvider.GetTimestamp();
        _sent = true;
        Due();
        _observer?.OnRequestSent();
    }

    /// <summary>Minds the timeout while the upstream doesn't take what is sent.</summary>
    private ValueTask DueAsync(ValueTask sending)
    {
        if (!sending.IsCompleted) Due();
        return sending;
    }

    /// <summary>Something is due from the upstream: to take what is sent, or to answer. Once it answers, the reader minds that.</summary>
    private void Due()
    {
        if (!_responseCame) connection.Deadline.Arm(_sent ? _options.ResponseTimeout : _options.SendTimeout ?? _options.ResponseTimeout);
    }
}
