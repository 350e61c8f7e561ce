using System.Collections.Immutable;
using System.Net;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests.Peers;

/// <summary>
/// A backend whose connections follow a script. A load balancer's health checks are answered aside and don't count as connections.
/// </summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly TcpListenerLoop loop;
    private int connections;
    private int checks;

    /// <param name="at">Where it listens; null for any port of 127.0.0.1.</param>
    /// <param name="script">Given the connection, its first request and its number, from 1. It ends the connection by returning.</param>
    public Backend(Func<RawPeer, string, int, Task> script, IPEndPoint? at = null) => loop = TcpListenerLoop.Start(
        at ?? new IPEndPoint(IPAddress.Loopback, 0),
        async (socket, _, aborted) =>
        {
            using var peer = new RawPeer(socket);
            try
            {
                // A script that waits for something a failed test never did mustn't hold its end up.
                await ServeAsync(peer, script).WaitAsync(aborted);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The other side is done, or the test is.
            }
        });

    public IPEndPoint EndPoint => loop.LocalEndPoint;

    /// <summary>Connections that carried requests.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Health checks so far, each counted before it is answered.</summary>
    public int Checks => Volatile.Read(ref checks);

    /// <summary>The last health check as it came.</summary>
    public string LastCheck { get; private set; } = "";

    /// <summary>What a health check gets; nothing at all when empty.</summary>
    public string Health { get; set; } = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /// <summary>Requests as they came, head and body.</summary>
    public ImmutableList<string> Requests { get; private set; } = [];

    /// <summary>Answers every request of every connection with the same bytes.</summary>
    public static Backend Answering(string response, IPEndPoint? at = null)
    {
        Backend? self = null;
        return self = new Backend(
            async (peer, _, _) =>
            {
                for (; ; await self!.NextAsync(peer)) await peer.SendAsync(response);
            },
            at);
    }

    /// <summary>Answers with 200 and this text.</summary>
    public static Backend Saying(string text, IPEndPoint? at = null) => Answering($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}", at);

    /// <summary>Reads a connection's next request.</summary>
    public async Task<string> NextAsync(RawPeer peer)
    {
        var request = await peer.ReadMessageAsync();
        lock (this) Requests = Requests.Add(request);
        return request;
    }

    /// <summary>The request with this number, from 1, once it is there.</summary>
    public async Task<string> RequestAsync(int number = 1)
    {
        await Limit.UntilAsync(() => Requests.Count >= number);
        return Requests[number - 1];
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task ServeAsync(RawPeer peer, Func<RawPeer, string, int, Task> script)
    {
        var first = await peer.ReadMessageAsync();
        if (first.Contains("User-Agent: ELB-HealthChecker", StringComparison.Ordinal))
        {
            LastCheck = first;
            var answer = Health;
            Interlocked.Increment(ref checks);
            if (answer.Length > 0) await peer.SendAsync(answer);
            else await peer.ReadToEndAsync();
            return;
        }

        lock (this) Requests = Requests.Add(first);
        await script(peer, first, Interlocked.Increment(ref connections));
    }
}
