using System.Net;

namespace Usher.Wire.Tests.Peers;

/// <summary>An upstream whose every connection follows a script.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly TcpListenerLoop _loop;
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;

    /// <param name="script">Given the connection and its number, from 1.</param>
    public ScriptedUpstream(Func<RawPeer, int, Task> script)
    {
        _loop = TcpListenerLoop.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            async (socket, _, aborted) =>
            {
                using var peer = new RawPeer(socket);
                await using var cut = aborted.Register(socket.Dispose);
                try
                {
                    await script(peer, Interlocked.Increment(ref _connections));
                }
                catch (Exception e)
                {
                    _failed.TrySetResult(e);
                }
            });
    }

    public IPEndPoint EndPoint => _loop.LocalEndPoint;

    public UpstreamKey Key => new(EndPoint);

    /// <summary>Connections accepted so far.</summary>
    public int Connections => _connections;

    /// <summary>The first exception of a script, if any; scripts that are cut off by a test count too.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>An upstream that answers every request of every connection with the same bytes.</summary>
    public static ScriptedUpstream Answering(string response, Action<string>? seen = null) => new(async (peer, _) =>
    {
        while (true)
        {
            var request = await peer.ReadMessageAsync();
            seen?.Invoke(request);
            await peer.SendAsync(response);
        }
    });

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
