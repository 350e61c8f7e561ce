using System.Net.Security;
using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>One side of a relay.</summary>
/// <param name="Socket">Its connection, with NoDelay set; the relay closes it.</param>
/// <param name="Tls">Where its bytes are within TLS, whose handshake is done; the relay disposes it. Null in the plain.</param>
public readonly record struct RelaySide(Socket Socket, SslStream? Tls = null);

/// <summary>How a relay's direction reads and writes a side. A type parameter there, so that plain sockets cost no more than without it. Failures are <see cref="SocketException"/> or <see cref="ObjectDisposedException"/>.</summary>
internal interface IRelayBytes
{
    /// <summary>What came; 0 at the end.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends some of this.</summary>
    /// <returns>How much.</returns>
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>Ends this way; the other goes on.</summary>
    ValueTask EndSendingAsync();
}

/// <summary>A socket's own bytes.</summary>
internal readonly struct PlainBytes(Socket socket) : IRelayBytes
{
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> data) => socket.SendAsync(data, SocketFlags.None);

    public ValueTask EndSendingAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        return default;
    }
}

/// <summary>The bytes within TLS. Its end is close_notify, which tells an end from a cut (RFC 8446 section 6.1), and then TCP's own.</summary>
internal readonly struct TlsBytes(Socket socket, TlsChannel channel) : IRelayBytes
{
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => channel.ReceiveAsync(buffer);

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> data)
    {
        await channel.SendAsync(data);
        return data.Length;
    }

    public async ValueTask EndSendingAsync()
    {
        await channel.EndSendingAsync();
        socket.Shutdown(SocketShutdown.Send);
    }
}
