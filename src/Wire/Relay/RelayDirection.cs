using System.Buffers;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>How one direction of a relay ended.</summary>
internal enum DirectionEnd
{
    Closed,
    SourceReset,
    TargetReset,
}

/// <summary>
/// One direction of a relay. It waits with a small buffer, and takes a large one only while data fills it. <paramref name="ended"/> is
/// called when
/// the source has ended, before the target can know.
/// </summary>
internal sealed class RelayDirection(Socket source, Socket target, RelayOptions options, Action ended)
{
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBuffer = 64 * 1024;
    private long _bytes;
    private byte[]? _buffer;

    public long Bytes => Volatile.Read(ref _bytes);

    public long FirstByte { get; private set; }

    public long LastByte { get; private set; }

    /// <summary>Copies until the source ends, and then ends the target's stream too.</summary>
    public async Task<DirectionEnd> RunAsync(RelayPatience patience)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            return await CopyAsync(patience);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private async ValueTask<DirectionEnd> CopyAsync(RelayPatience patience)
    {
        while (true)
        {
            int received;
            try
            {
                received = await source.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return DirectionEnd.SourceReset;
            }

            try
            {
                if (received == 0)
                {
                    ended();
                    target.Shutdown(SocketShutdown.Send);
                    return DirectionEnd.Closed;
                }

                Count(received);
                patience.Renew();
                for (var sent = 0; sent < received;)
                    sent += await target.SendAsync(_buffer.AsMemory(sent, received - sent), SocketFlags.None);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return received == 0 ? DirectionEnd.Closed : DirectionEnd.TargetReset;
            }

            Resize(received);
        }
    }

    private void Count(int received)
    {
        LastByte = options.TimeProvider.GetTimestamp();
        if (FirstByte == 0) FirstByte = LastByte;
        Volatile.Write(ref _bytes, _bytes + received);
    }

    private void Resize(int received)
    {
        var wanted = received == _buffer!.Length ? LargeBuffer : received < SmallBuffer ? SmallBuffer : _buffer.Length;
        if (wanted == _buffer.Length) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(wanted);
    }
}
