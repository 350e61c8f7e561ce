using System.Buffers;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>
/// Gathers small writes to an upstream and sends them together; large ones go out as they are. Holds at most 64 KiB beyond one head.
/// </summary>
/// <param name="socket">Where to; null when the upstream has reset the connection.</param>
/// <param name="tls">What secures it; null for plain TCP.</param>
internal sealed class SendBuffer(Socket? socket, TlsChannel? tls) : IBufferWriter<byte>
{
    private const int Initial = 4 * 1024;
    private const int Gather = 16 * 1024;
    private byte[]? _buffer;

    /// <summary>Bytes that wait to be sent.</summary>
    public int Pending { get; private set; }

    /// <summary>Bytes sent since <see cref="Begin"/>, those within TLS.</summary>
    public long SentBytes { get; private set; }

    public void Begin()
    {
        Pending = 0;
        SentBytes = 0;
    }

    public void End()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    public void Advance(int count) => Pending += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(Pending);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Sends this after what waits; small data is kept until <see cref="FlushAsync"/>.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data)
    {
        if (Pending + data.Length > Gather) await FlushAsync();
        if (data.Length > Gather)
        {
            await SendAsync(data);
            return;
        }

        data.Span.CopyTo(GetSpan(data.Length));
        Advance(data.Length);
    }

    /// <summary>Sends what waits.</summary>
    public ValueTask FlushAsync()
    {
        if (Pending == 0) return default;
        var data = _buffer.AsMemory(0, Pending);
        Pending = 0;
        return SendAsync(data);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        if (tls is not null)
        {
            await tls.SendAsync(data);
            SentBytes += data.Length;
            return;
        }

        if (socket is null) throw new SocketException((int)SocketError.ConnectionReset);
        while (!data.IsEmpty)
        {
            var sent = await socket.SendAsync(data, SocketFlags.None);
            SentBytes += sent;
            data = data[sent..];
        }
    }

    private void Reserve(int size)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Max(Initial, size));
        if (_buffer.Length - Pending >= size) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Pending + size));
        _buffer.AsSpan(0, Pending).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
