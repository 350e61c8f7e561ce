using System.Net;
using System.Net.Sockets;

namespace Usher.Bench.Road;

/// <summary>
/// A client on a blocking socket. A request on an open connection allocates nothing here; opening a connection allocates the same wherever
/// it leads, so that it falls out of the difference between two runs.
/// </summary>
internal sealed class Client : IDisposable
{
    private readonly byte[] received = new byte[4096];
    private readonly ReadOnlyMemory<byte> request;
    private readonly Socket socket;
    private int length;

    internal Client(IPEndPoint server, ReadOnlyMemory<byte> request)
    {
        this.request = request;
        socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
    }

    /// <summary>A request as a load balancer gets it from its client.</summary>
    internal static ReadOnlyMemory<byte> Plain { get; } =
        "GET /v1/users HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: usher-bench/1\r\nAccept: */*\r\n\r\n"u8.ToArray();

    /// <summary>The same as the load balancer passes it on.</summary>
    internal static ReadOnlyMemory<byte> Forwarded { get; } = (
        "GET /v1/users HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: usher-bench/1\r\nAccept: */*\r\n"u8
        + "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n"u8
        + "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678\r\n\r\n"u8).ToArray();

    /// <summary>Opens a connection, asks once and closes it.</summary>
    internal static void AskOnce(IPEndPoint server, ReadOnlyMemory<byte> request)
    {
        using var client = new Client(server, request);
        client.Ask();
    }

    /// <summary>Sends the request and reads its answer, which is as long as the first was.</summary>
    internal void Ask()
    {
        socket.Send(request.Span);
        var read = 0;
        while (length == 0 ? !IsWhole(read) : read < length)
        {
            var more = socket.Receive(received.AsSpan(read));
            if (more == 0) throw new IOException("the server closed the connection");
            read += more;
        }

        length = read;
    }

    public void Dispose() => socket.Dispose();

    private bool IsWhole(int read)
    {
        var answer = received.AsSpan(0, read);
        if (!answer.EndsWith(Backend.Body.Span)) return false;
        if (!answer.StartsWith("HTTP/1.1 200 "u8)) throw new IOException(System.Text.Encoding.Latin1.GetString(answer));
        return true;
    }
}
