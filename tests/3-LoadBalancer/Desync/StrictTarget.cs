using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Usher.Wire;

namespace Usher.LoadBalancer.Tests.Desync;

/// <summary>A target that reads strictly, keeps what it got, and answers each request with its target.</summary>
internal sealed class StrictTarget : IAsyncDisposable
{
    private readonly TcpListenerLoop loop;

    internal StrictTarget(IPEndPoint at) => loop = TcpListenerLoop.Start(at, async (socket, _, aborted) =>
    {
        using (socket) await ServeAsync(socket, aborted);
    });

    /// <summary>What came, health checks left out.</summary>
    internal ImmutableList<StrictRequest> Requests { get; private set; } = [];

    /// <summary>Why something that came is no request that every server reads alike.</summary>
    internal ImmutableList<string> Violations { get; private set; } = [];

    /// <summary>What came since the last time.</summary>
    internal ImmutableList<StrictRequest> Take()
    {
        lock (this)
        {
            var taken = Requests;
            Requests = [];
            return taken;
        }
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken aborted)
    {
        var received = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, aborted) is > 0 and var count)
            {
                received.Append(Encoding.Latin1.GetString(buffer, 0, count));
                while (received.Length > 0 && StrictReading.Next(received.ToString(), out var used) is { } request)
                {
                    received.Remove(0, used);
                    if (!request.IsHealthCheck) lock (this) Requests = Requests.Add(request);
                    var body = request.Method == "HEAD" ? "" : request.Target;
                    await socket.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {request.Target.Length}\r\n\r\n{body}"), aborted);
                    if (request.Closes) return;
                }
            }
        }
        catch (FormatException e)
        {
            lock (this) Violations = Violations.Add(e.Message);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side is done, or the test is.
        }
    }
}
