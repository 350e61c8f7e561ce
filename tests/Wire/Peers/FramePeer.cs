using System.Buffers.Binary;
using System.Text;

namespace Usher.Wire.Tests.Peers;

/// <summary>A server's end of an HTTP/2 connection, frame by frame (RFC 9113 section 4.1), for what no well-behaved server does.</summary>
internal sealed class FramePeer(RawPeer peer)
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    internal enum Type
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
        WindowUpdate = 8,
    }

    internal readonly record struct Frame(Type Type, byte Flags, int Stream, byte[] Payload);

    /// <summary>The status line's field for 200, by its index (RFC 7541 appendix A).</summary>
    public static byte[] Ok => [0x88];

    /// <summary>Exchanges the prefaces; settings are pairs of identifier and value.</summary>
    public async Task BeginAsync(params (int Id, int Value)[] settings)
    {
        await peer.ReadUntilAsync(Preface);
        var payload = new byte[settings.Length * 6];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(i * 6), (ushort)settings[i].Id);
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan((i * 6) + 2), settings[i].Value);
        }

        await SendAsync(Type.Settings, 0, 0, payload);
    }

    /// <summary>The next request's stream; settings are acknowledged and pings answered on the way.</summary>
    public async Task<int> RequestAsync()
    {
        while (true)
        {
            var frame = await ReadAsync();
            if (frame.Type == Type.Headers) return frame.Stream;
        }
    }

    /// <summary>The next frame of a kind that a test may want to see.</summary>
    public async Task<Frame> ReadAsync()
    {
        while (true)
        {
            var head = Encoding.Latin1.GetBytes(await peer.ReadCountAsync(9));
            var length = (head[0] << 16) | (head[1] << 8) | head[2];
            var payload = Encoding.Latin1.GetBytes(await peer.ReadCountAsync(length));
            var frame = new Frame((Type)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
            if (frame is { Type: Type.Settings, Flags: 0 }) await SendAsync(Type.Settings, 1, 0, []);
            else if (frame is { Type: Type.Ping, Flags: 0 }) await SendAsync(Type.Ping, 1, 0, frame.Payload);
            else if (frame.Type is Type.Headers or Type.Data or Type.Reset or Type.GoAway) return frame;
        }
    }

    public Task SendAsync(Type type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return peer.SendAsync(frame);
    }

    /// <summary>A head; with <paramref name="end"/> it is the whole response.</summary>
    public Task HeadAsync(int stream, byte[] block, bool end) => SendAsync(Type.Headers, (byte)(end ? 5 : 4), stream, block);

    public Task ResetAsync(int stream, int error) => SendAsync(Type.Reset, 0, stream, Number(error));

    public Task GoAwayAsync(int lastStream, int error) => SendAsync(Type.GoAway, 0, 0, [.. Number(lastStream), .. Number(error)]);

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
