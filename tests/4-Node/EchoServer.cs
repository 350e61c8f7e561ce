using System.Net;
using System.Net.Sockets;

namespace Usher.Node.Tests;

/// <summary>An endpoint that sends back what it gets and knows who called.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    public EchoServer(byte address = 200)
    {
        listener.Bind(new IPEndPoint(TestRoad.Address(address), 0));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndPoint!;

    public List<IPEndPoint> Callers { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(stop.Token);
                lock (Callers) Callers.Add((IPEndPoint)socket.RemoteEndPoint!);
                _ = EchoAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[4096];
                while (await socket.ReceiveAsync(buffer, stop.Token) is > 0 and var count) await socket.SendAsync(buffer.AsMemory(0, count), stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
            }
        }
    }
}
