using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>What is sent on an HTTP/1 connection: heads, and bodies as their framing wants them. Small writes are sent together.</summary>
internal sealed class Http1ResponseBody : IDisposable
{
    private const int HeldBack = 16 * 1024;
    private readonly ConnectionContext _connection;
    private readonly Http1ServerOptions _options;
    private readonly PipeWriter _output;
    private readonly Deadline _deadline;
    private long _left;
    private List<KeyValuePair<string, string>>? _trailers;
    private int _unflushed;
    private volatile bool _timedOut;

    public Http1ResponseBody(ConnectionContext connection, Http1ServerOptions options)
    {
        _connection = connection;
        _options = options;
        _output = connection.Transport.Output;
        _deadline = new Deadline(options.TimeProvider, OnDeadline);
    }

    /// <summary>How the body's end is told to the client; <see cref="BodyKind.None"/> when there is no body to send.</summary>
    public BodyKind Kind { get; private set; }

    /// <summary>Bytes handed over.</summary>
    public long WireBytes { get; private set; }

    /// <summary>True when less was written than the length said.</summary>
    public bool IsShort => Kind == BodyKind.Length && _left > 0;

    public void Reset()
    {
        Kind = BodyKind.None;
        WireBytes = 0;
        _left = 0;
        _trailers = null;
    }

    /// <summary>Keeps a trailer for the end of a chunked body.</summary>
    public void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        (_trailers ??= []).Add(new(Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));

    public void Dispose() => _deadline.Dispose();

    /// <summary>Writes a head, and keeps to its framing from now on unless the response is without body.</summary>
    public void Start(ResponseHead head, HeaderEdits? edits, BodyFraming framing, bool bodyless, ConnectionOption connection)
    {
        Kind = bodyless ? BodyKind.None : framing.Kind;
        _left = framing.Length;
        Count(HeadWriter.WriteForwarded(_output, head, edits, framing, connection));
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Put(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        Count(bytes.Length);
    }

    /// <summary>Writes data in the body's framing; drops it when there is no body.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (Kind == BodyKind.None || data.IsEmpty) return default;
        if (Kind == BodyKind.Length && (_left -= data.Length) < 0)
            throw new InvalidOperationException("More body is written than the response's length.");
        if (data.Length > 4 * HeldBack) return WritePiecesAsync(data, cancellationToken);
        WritePiece(data.Span);
        return _unflushed < HeldBack ? default : FlushAsync(cancellationToken);
    }

    /// <summary>Writes the body's end and sends everything.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (Kind == BodyKind.Chunked) Put(_trailers is null ? ChunkHeader.End : TrailerSection.LastChunk(_trailers));
        return FlushAsync(cancellationToken);
    }

    /// <summary>Sends what was kept back.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_unflushed == 0) return default;
        _unflushed = 0;
        var flush = _output.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully) return AwaitFlushAsync(flush, cancellationToken);
        return flush.Result.IsCompleted ? ValueTask.FromException(Gone(null)) : default;
    }

    private async ValueTask WritePiecesAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        for (; !data.IsEmpty; data = data[Math.Min(data.Length, HeldBack)..])
        {
            WritePiece(data.Span[..Math.Min(data.Length, HeldBack)]);
            await FlushAsync(cancellationToken);
        }
    }

    private void WritePiece(ReadOnlySpan<byte> data)
    {
        if (Kind != BodyKind.Chunked)
        {
            Put(data);
            return;
        }

        var length = ChunkHeader.Write(_output.GetSpan(ChunkHeader.MaxLength), data.Length);
        _output.Advance(length);
        Count(length);
        Put(data);
        Put(ChunkHeader.DataEnd);
    }

    private void Count(int bytes)
    {
        _unflushed += bytes;
        WireBytes += bytes;
    }

    private async ValueTask AwaitFlushAsync(ValueTask<FlushResult> flush, CancellationToken cancellationToken)
    {
        _deadline.Arm(_options.IdleTimeout);
        try
        {
            var result = await flush;
            // Over TLS a flush onto a connection that was aborted looks like any other.
            if (!result.IsCompleted && !_timedOut) return;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Gone(e);
        }
        finally
        {
            _deadline.Disarm();
        }

        throw Gone(null);
    }

    private ExchangeException Gone(Exception? inner) => _timedOut
        ? new ExchangeException(HttpViolation.IdleTimeout, "The client took nothing of the response before the idle timeout.", inner)
        : new ExchangeException(HttpViolation.ConnectionClosed, "The client closed the connection before it had the response.", inner);

    private void OnDeadline()
    {
        _timedOut = true;
        _connection.Abort(new ConnectionAbortedException("The client took nothing before the idle timeout."));
    }
}
