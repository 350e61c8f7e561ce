using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Usher.Wire.Tests.Peers;

/// <summary>A program that sends and receives datagrams at an end point of its own.</summary>
internal sealed class UdpPeer : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] buffer = new byte[65_536];

    internal UdpPeer(IPEndPoint? bound = null) => socket.Bind(bound ?? new IPEndPoint(IPAddress.Loopback, 0));

    internal IPEndPoint EndPoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Whether a datagram waits to be received.</summary>
    internal bool HasDatagram => socket.Poll(0, SelectMode.SelectRead);

    /// <summary>An end point where nothing listens.</summary>
    internal static IPEndPoint ClosedPort()
    {
        using var peer = new UdpPeer();
        return peer.EndPoint;
    }

    public void Dispose() => socket.Dispose();

    internal void Send(string text, IPEndPoint to) => Send(Encoding.UTF8.GetBytes(text), to);

    internal void Send(byte[] datagram, IPEndPoint to) => socket.SendTo(datagram, to);

    internal async Task<(string Text, IPEndPoint From)> ReceiveAsync()
    {
        var (bytes, from) = await ReceiveBytesAsync();
        return (Encoding.UTF8.GetString(bytes), from);
    }

    internal async Task<(byte[] Bytes, IPEndPoint From)> ReceiveBytesAsync()
    {
        var result = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Limit.Wait);
        return (buffer[..result.ReceivedBytes], (IPEndPoint)result.RemoteEndPoint);
    }

    /// <summary>Hears only this one from now on, and of what it refuses.</summary>
    internal void Connect(IPEndPoint to) => socket.Connect(to);

    /// <summary>What a datagram meets that is answered by an ICMP message.</summary>
    internal async Task<SocketError> ErrorAsync(string text)
    {
        socket.Send(Encoding.UTF8.GetBytes(text));
        var failed = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(buffer).WaitAsync(Limit.Wait));
        return failed.SocketErrorCode;
    }
}
