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

/// <summary>One direction of a relay.</summary>
internal abstract class RelayDirection
{
    public abstract long Bytes { get; }

    public long FirstByte { get; protected set; }

    public long LastByte { get; protected set; }

    /// <summary>A direction between these sides.</summary>
    public static RelayDirection Between(RelaySide source, RelaySide target, RelayOptions options, Action ended) => (source.Tls, target.Tls) switch
    {
        (null, null) => new RelayDirection<PlainBytes, PlainBytes>(new(source.Socket), new(target.Socket), options, ended),
        (null, { } to) => new RelayDirection<PlainBytes, TlsBytes>(new(source.Socket), new(target.Socket, new(to)), options, ended),
        ({ } from, null) => new RelayDirection<TlsBytes, PlainBytes>(new(source.Socket, new(from)), new(target.Socket), options, ended),
        var (from, to) => new RelayDirection<TlsBytes, TlsBytes>(new(source.Socket, new(from)), new(target.Socket, new(to)), options, ended),
    };

    /// <summary>Copies until the source ends, and then ends the target's stream too.</summary>
    public abstract Task<DirectionEnd> RunAsync(RelayPatience patience);
}

/// <summary>
/// It waits with a small buffer, and takes a large one only while data fills it. <paramref name="ended"/> is called when the source has ended, before the target can know.
/// </summary>
internal sealed class RelayDirection<TSource, TTarget>(TSource source, TTarget target, RelayOptions options, Action ended) : RelayDirection
    where TSource : struct, IRelayBytes
    where TTarget : struct, IRelayBytes
{
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBuffer = 64 * 1024;
    private long _bytes;
    private byte[]? _buffer;

    public override long Bytes => Volatile.Read(ref _bytes);

    public override async Task<DirectionEnd> RunAsync(RelayPatience patience)
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
                received = await source.ReceiveAsync(_buffer.AsMemory());
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
                    await target.EndSendingAsync();
                    return DirectionEnd.Closed;
                }

                Count(received);
                patience.Renew();
                for (var sent = 0; sent < received;)
                    sent += await target.SendAsync(_buffer.AsMemory(sent, received - sent));
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
