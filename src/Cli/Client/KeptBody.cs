namespace Usher.Cli.Client;

/// <summary>Takes a response's body: counts it, and keeps the beginning.</summary>
/// <param name="most">Bytes kept at most.</param>
internal sealed class KeptBody(int most) : Stream
{
    private readonly MemoryStream kept = new();
    private long length;

    /// <summary>The whole body; null when it was longer than is kept.</summary>
    internal ReadOnlyMemory<byte>? Whole => length == kept.Length ? new ReadOnlyMemory<byte>(kept.GetBuffer(), 0, (int)kept.Length) : default(ReadOnlyMemory<byte>?);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get => length; set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        length += buffer.Length;
        kept.Write(buffer[..(int)Math.Min(buffer.Length, most - kept.Length)]);
    }
}
