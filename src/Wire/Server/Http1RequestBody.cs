using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Usher.Wire;

/// <summary>A request's body on an HTTP/1 connection: decoded in place in the connection's own pipe, never copied.</summary>
internal sealed class Http1RequestBody(PipeReader input, Http1ServerOptions options) : IDisposable
{
    private Deadline? _deadline;
    private ChunkedDecoder _chunks;
    private ReadOnlySequence<byte> _given;
    private BodyKind _kind;
    private long _left;
    private bool _reading;
    private ExchangeException? _failure;
    private volatile bool _timedOut;
    private volatile bool _canceled;

    /// <summary>True when the body was read to its end, or there is none.</summary>
    public bool IsRead { get; private set; } = true;

    /// <summary>The trailers, once the body is read to its end; null when there are none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Trailers => _chunks.Trailers;

    /// <summary>Bytes of body and framing that were used.</summary>
    public long WireBytes { get; private set; }

    /// <summary>The bytes left when that is known; <see cref="long.MaxValue"/> when it isn't, or when reading has failed.</summary>
    public long Left => IsRead ? 0 : _kind == BodyKind.Length && _failure is null ? _left : long.MaxValue;

    public void Reset(BodyFraming framing)
    {
        _kind = framing.Kind;
        _left = framing.Length;
        _chunks = default;
        IsRead = !framing.MayHaveBody;
        WireBytes = 0;
        _reading = false;
        _failure = null;
        _timedOut = false;
        _canceled = false;
    }

    public void Cancel()
    {
        _canceled = true;
        input.CancelPendingRead();
    }

    /// <summary>Gives a read that waits the whole idle timeout again.</summary>
    public void KeepAwake() => _deadline?.Move(options.IdleTimeout);

    public void Dispose() => _deadline?.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_failure is not null) throw _failure;
            if (IsRead) return new ReadResult(default, isCanceled: false, isCompleted: true);
            if (_canceled) return Canceled();
            var result = await ReadInputAsync(cancellationToken);
            if (_timedOut || _canceled)
            {
                input.AdvanceTo(result.Buffer.Start);
                if (!_timedOut) return Canceled();
                throw Failed(HttpViolation.IdleTimeout, "The client sent nothing of its body before the idle timeout.");
            }

            var framing = 0L;
            if (!TryTake(result.Buffer, ref framing, out _given))
            {
                input.AdvanceTo(result.Buffer.Start);
                throw Failed(HttpViolation.InvalidChunk, "The request's chunked coding is malformed.");
            }

            if (!_given.IsEmpty)
            {
                _reading = true;
                return new ReadResult(_given, isCanceled: false, isCompleted: _kind == BodyKind.Length && _given.Length == _left);
            }

            WireBytes += framing;
            input.AdvanceTo(result.Buffer.GetPosition(framing), IsRead ? result.Buffer.GetPosition(framing) : result.Buffer.End);
            if (!IsRead && result.IsCompleted)
                throw Failed(HttpViolation.ConnectionClosed, "The client closed the connection inside the request's body.");
        }
    }

    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        if (!_reading) return;
        _reading = false;
        var used = _given.Slice(0, consumed).Length;
        WireBytes += used;
        if (_kind == BodyKind.Chunked) _chunks.Take(used);
        else IsRead = (_left -= used) == 0;
        input.AdvanceTo(consumed, examined);
        _given = default;
    }

    /// <summary>Reads and drops the rest of the body if it is at most so long; false when the connection can't be used again.</summary>
    public async ValueTask<bool> DrainAsync(long limit)
    {
        _canceled = false;
        while (!IsRead)
        {
            if (limit <= 0 || _failure is not null) return false;
            try
            {
                var result = await ReadAsync(CancellationToken.None);
                limit -= result.Buffer.Length;
                Advance(result.Buffer.End, result.Buffer.End);
            }
            catch (ExchangeException)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the next data, empty when more input is needed or the body has ended. False when the coding is malformed.</summary>
    private bool TryTake(ReadOnlySequence<byte> buffer, ref long framing, out ReadOnlySequence<byte> data)
    {
        data = default;
        if (_kind == BodyKind.Length)
        {
            data = buffer.Slice(0, Math.Min(_left, buffer.Length));
            return true;
        }

        while (!buffer.IsEmpty && !_chunks.IsDone)
        {
            if (!_chunks.TryNext(buffer.FirstSpan, out var skip, out var length)) return false;
            framing += skip;
            buffer = buffer.Slice(skip);
            if (length == 0) continue;
            WireBytes += framing;
            data = buffer.Slice(0, length);
            return true;
        }

        IsRead = _chunks.IsDone;
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadInputAsync(CancellationToken cancellationToken)
    {
        var pending = input.ReadAsync(cancellationToken);
        try
        {
            if (pending.IsCompleted) return await pending;
            (_deadline ??= new Deadline(options.TimeProvider, OnDeadline)).Arm(options.IdleTimeout);
            return await pending;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failed(HttpViolation.ConnectionClosed, "The client's connection was reset inside the request's body.", e);
        }
        finally
        {
            _deadline?.Disarm();
        }
    }

    private void OnDeadline()
    {
        _timedOut = true;
        input.CancelPendingRead();
    }

    private ExchangeException Failed(HttpViolation violation, string message, Exception? inner = null) =>
        _failure = new ExchangeException(violation, message, inner);

    private ReadResult Canceled()
    {
        _canceled = false;
        return new ReadResult(default, isCanceled: true, isCompleted: false);
    }
}
