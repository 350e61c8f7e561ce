using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Usher.Wire;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>Stands where a target is registered, passes every connection on to the server that is meant, and keeps what the front sent.</summary>
internal sealed class Tap : IAsyncDisposable
{
    private readonly ConcurrentBag<StringBuilder> connections = [];
    private readonly TcpListenerLoop loop;

    internal Tap(IPEndPoint at, IPEndPoint to) => loop = TcpListenerLoop.Start(at, async (near, _, aborted) =>
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var sent = new StringBuilder();
        connections.Add(sent);
        using (near)
        {
            try
            {
                await far.ConnectAsync(to, aborted);
                // Each end of one direction ends the other: what the product's own relay would do isn't asked here.
                await Task.WhenAny(PassAsync(near, far, sent, aborted), PassAsync(far, near, null, aborted));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server is gone, or the test is.
            }
        }
    });

    /// <summary>The requests that the front has sent whole, read strictly.</summary>
    /// <exception cref="FormatException">Something isn't one request by every reading.</exception>
    internal IEnumerable<StrictRequest> Requests()
    {
        foreach (var connection in connections)
        {
            string sent;
            lock (connection) sent = connection.ToString();
            while (StrictReading.Next(sent, out var used) is { } request)
            {
                sent = sent[used..];
                yield return request;
            }
        }
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private static async Task PassAsync(Socket from, Socket to, StringBuilder? kept, CancellationToken aborted)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, aborted) is > 0 and var count)
            {
                if (kept is not null) lock (kept) kept.Append(Encoding.Latin1.GetString(buffer, 0, count));
                for (var left = buffer.AsMemory(0, count); !left.IsEmpty;) left = left[await to.SendAsync(left, aborted)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone; the other goes with it.
        }
    }
}
