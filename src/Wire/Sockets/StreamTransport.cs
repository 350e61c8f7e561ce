using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>
/// A stream as the two ways of a connection. It always reads ahead, so that a client that goes is noticed while its request is served.
/// </summary>
internal sealed class StreamTransport : IDuplexPipe
{
    private const int SmallRead = 4 * 1024;
    private const int LargeRead = 16 * 1024;

    private readonly Pipe _received;
    private readonly Stream _stream;
    private readonly Action _ended;

    /// <summary>Begins to read. <paramref name="ended"/> is called when the peer has ended its side, or the connection broke.</summary>
    public StreamTransport(Stream stream, MemoryPool<byte> pool, Action ended)
    {
        _received = new Pipe(new PipeOptions(
            pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 128 * 1024, resumeWriterThreshold: 64 * 1024, minimumSegmentSize: SmallRead, useSynchronizationContext: false));
        (_stream, _ended) = (stream, ended);
        Output = new RecordWriter(stream);
        Receiving = ReceiveAsync();
    }

    /// <inheritdoc/>
    public PipeReader Input => _received.Reader;

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Ends with the reading.</summary>
    public Task Receiving { get; }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            var size = SmallRead;
            var served = true;
            while (true)
            {
                var room = _received.Writer.GetMemory(size);
                var read = await _stream.ReadAsync(room);
                if (read == 0) break;
                // Whoever served it is done, and what comes now goes into the same room again and again.
                if (!served) continue;
                // A body fills what is there; a request's head doesn't.
                size = read == room.Length ? LargeRead : SmallRead;
                _received.Writer.Advance(read);
                served = !(await _received.Writer.FlushAsync()).IsCompleted;
            }
        }
        catch (Exception e)
        {
            // The TLS library has several kinds of exceptions for a peer that breaks its rules or goes.
            failure = e as ConnectionResetException ?? new ConnectionResetException(e.Message, e);
        }

        await _received.Writer.CompleteAsync(failure);
        _ended();
    }
}
