namespace Usher.Cli.Client;

/// <summary>
/// What passes between a client and its connection, inside TLS: when the request had been sent, and over HTTP/1.1 both heads byte for byte, since a library hands headers out in another order than they came in.
/// </summary>
internal sealed class ExchangeTap(Stream inner, TimeProvider time) : Stream
{
    /// <summary>Bytes kept of each way; of a head that is longer the library's account has to do.</summary>
    private const int MostHead = 256 * 1024;

    private readonly MemoryStream sent = new();
    private readonly MemoryStream received = new();

    /// <summary>When the last bytes had been handed to the connection; 0 before any.</summary>
    internal long SentAt { get; private set; }

    /// <summary>The request's head as it was sent; null where there is none of HTTP/1.1.</summary>
    internal RawHead? Request => RawHead.Read(sent.GetBuffer().AsSpan(0, (int)sent.Length));

    /// <summary>The final response's head as it came; null where there is none of HTTP/1.1.</summary>
    internal RawHead? Response
    {
        get
        {
            var bytes = received.GetBuffer().AsSpan(0, (int)received.Length);
            var head = RawHead.Read(bytes);
            // Interim responses come before it (RFC 9110 §15.2); 101 is final.
            while (head is { Status: >= 100 and < 200 and not 101 } && RawHead.Read(bytes = bytes[head.Length..]) is { } next) head = next;
            return head;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Keep(received, buffer.AsSpan(offset, read));
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Keep(received, buffer.Span[..read]);
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        inner.Write(buffer, offset, count);
        Sent(buffer.AsSpan(offset, count));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        Sent(buffer.Span);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private void Sent(ReadOnlySpan<byte> bytes)
    {
        Keep(sent, bytes);
        SentAt = time.GetTimestamp();
    }

    private static void Keep(MemoryStream kept, ReadOnlySpan<byte> bytes) => kept.Write(bytes[..(int)Math.Min(bytes.Length, MostHead - kept.Length)]);
}
