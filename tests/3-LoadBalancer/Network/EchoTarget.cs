using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Usher.Wire;

namespace Usher.LoadBalancer.Tests;

/// <summary>A target that says its name and then gives back what it gets. Who sends nothing was a health check.</summary>
internal sealed class EchoTarget : IAsyncDisposable
{
    private readonly TcpListenerLoop loop;
    private int accepted;

    internal EchoTarget(IPEndPoint at, string name)
    {
        loop = TcpListenerLoop.Start(at, async (socket, _, aborted) =>
        {
            Interlocked.Increment(ref accepted);
            await using var cut = aborted.Register(socket.Dispose);
            var buffer = new byte[16 * 1024];
            try
            {
                var from = (IPEndPoint)socket.RemoteEndPoint!;
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"{name}\n"));
                for (int received; (received = await socket.ReceiveAsync(buffer.AsMemory())) > 0;)
                {
                    lock (loop!) Clients = Clients.Contains(from) ? Clients : Clients.Add(from);
                    if (buffer.AsSpan(0, received).StartsWith("reset"u8))
                    {
                        TcpDialer.Reset(socket);
                        return;
                    }

                    for (var sent = 0; sent < received;) sent += await socket.SendAsync(buffer.AsMemory(sent, received - sent));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // A health check that is done, or the test is.
            }
        });
    }

    /// <summary>Connections so far, health checks among them.</summary>
    internal int Accepted => Volatile.Read(ref accepted);

    /// <summary>Who sent something, as the target saw them.</summary>
    internal ImmutableList<IPEndPoint> Clients { get; private set; } = [];

    public ValueTask DisposeAsync() => loop.DisposeAsync();
}
