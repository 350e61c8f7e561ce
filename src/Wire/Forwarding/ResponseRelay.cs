using System.Runtime.CompilerServices;
using System.Text;

namespace Usher.Wire;

/// <summary>Reads one response from an upstream and passes its body on, as fast as the client takes it.</summary>
internal sealed class ResponseRelay(UpstreamConnection connection)
{
    private const int MaxInterim = 16;
    private ForwardOptions _options = null!;
    private ChunkedDecoder _chunks;
    private bool _upgrade;

    /// <summary>The trailers that were passed on; null when there were none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Trailers { get; private set; }

    public void Begin(ForwardOptions options, bool upgrade) => (_options, _upgrade, Trailers) = (options, upgrade, null);

    /// <summary>
    /// Reads the final response's head; a 101 that was asked for is one. Interim responses are dropped: the client's 100 Continue isn't the
    /// upstream's to give.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadHeadAsync(RequestPump pump)
    {
        connection.Parser.Reset(_options.ResponseHeadLimits);
        var begun = false;
        for (var interim = 0; ;)
        {
            if (!connection.Received.IsEmpty)
            {
                var parsed = connection.Parser.ParseResponse(connection.Received.Span, connection.Response);
                connection.Use((int)parsed.Consumed);
                begun = parsed.Status != ParseStatus.Complete;
                if (parsed.Status == ParseStatus.Bad) throw BadHead(new(parsed.Violation, parsed.Message));
                if (!begun && (connection.Response.StatusCode >= 200 || (_upgrade && connection.Response.StatusCode == 101))) return;
                if (!begun) RejectInterim(++interim);
                if (!begun) connection.Parser.Reset();
                if (!connection.Received.IsEmpty) continue;
            }

            if (connection.Take(await connection.ReceiveAsync()) == 0) throw Ended(begun);
            if (pump.IsSent) connection.Deadline.Arm(_options.ResponseTimeout);
        }
    }

    /// <summary>Passes the body on. Bytes are sent at once when no more are there, and together while more are.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RelayBodyAsync(HttpExchange downstream, BodyFraming framing, CancellationToken cancellationToken)
    {
        if (!framing.MayHaveBody) return;
        _chunks = default;
        for (var left = framing.Kind == BodyKind.Length ? framing.Length : long.MaxValue; ;)
        {
            while (!connection.Received.IsEmpty)
            {
                var data = NextData(framing.Kind, left);
                if (data > 0) await downstream.WriteBodyAsync(connection.Received[..data], cancellationToken);
                connection.Use(data);
                left -= data;
                if (framing.Kind == BodyKind.Chunked) _chunks.Take(data);
                if (_chunks.IsDone && _options.Trailers && _chunks.Trailers is { } trailers) PassOn(trailers, downstream);
                if (left == 0 || _chunks.IsDone) return;
            }

            await downstream.FlushAsync(cancellationToken);
            connection.Deadline.Arm(_options.ResponseTimeout);
            var received = connection.Take(await connection.ReceiveAsync());
            connection.Deadline.Disarm();
            if (received > 0) continue;
            if (framing.Kind == BodyKind.UntilClose) return;
            throw new ForwardFailure(ForwardOutcome.UpstreamClosedMidBody, "The upstream closed the connection inside the body.");
        }
    }

    private void PassOn(IReadOnlyList<KeyValuePair<string, string>> trailers, HttpExchange downstream)
    {
        Trailers = trailers;
        foreach (var (name, value) in trailers) downstream.AddTrailer(Encoding.ASCII.GetBytes(name), Encoding.Latin1.GetBytes(value));
    }

    private int NextData(BodyKind kind, long left)
    {
        var received = connection.Received;
        if (kind != BodyKind.Chunked) return (int)Math.Min(left, received.Length);
        if (!_chunks.TryNext(received.Span, out var skip, out var data))
            throw Malformed("The response's chunked coding is malformed.", HttpViolation.InvalidChunk);
        connection.Use(skip);
        return data;
    }

    private void RejectInterim(int count)
    {
        if (connection.Response.StatusCode == 101)
            throw Malformed("The upstream switched protocols though it wasn't asked to.", HttpViolation.InvalidStatusLine);
        if (count > MaxInterim)
            throw Malformed("The upstream sent interim responses without end.", HttpViolation.InvalidStatusLine);
    }

    private static ForwardFailure Ended(bool begun) => begun
        ? Malformed("The upstream closed the connection inside the response's head.", HttpViolation.ConnectionClosed)
        : new(ForwardOutcome.UpstreamClosedBeforeResponse, "The upstream closed the connection without a response.");

    private static ForwardFailure Malformed(string detail, HttpViolation violation) =>
        new(ForwardOutcome.MalformedResponse, detail, violation);

    /// <summary>What a response's head that is none means for the forwarding.</summary>
    internal static ForwardFailure BadHead(LineVerdict verdict)
    {
        var tooLarge = verdict.Violation is HttpViolation.HeadTooLarge or HttpViolation.HeaderTooLarge
            or HttpViolation.TooManyHeaders or HttpViolation.StatusLineTooLong;
        var outcome = tooLarge ? ForwardOutcome.ResponseHeadTooLarge : ForwardOutcome.MalformedResponse;
        return new(outcome, verdict.Message ?? "", verdict.Violation);
    }
}
