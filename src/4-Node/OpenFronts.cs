using System.Collections.Concurrent;
using Usher.Model.Contracts;

namespace Usher.Node;

/// <summary>A front that listens.</summary>
/// <param name="Front">The front as it was when it was opened; who it leads to is read from the generation for each connection.</param>
/// <param name="Socket">What listens for it.</param>
internal sealed record OpenFront(ServiceFront Front, IFrontSocket Socket);

/// <summary>
/// The fronts that listen, and those that don't any more but still have connections. Not safe for concurrent use but for the ends of those.
/// </summary>
internal sealed class OpenFronts
{
    private readonly Dictionary<FrontPlace, OpenFront> listening = [];
    private readonly ConcurrentDictionary<OpenFront, Task> draining = new();

    /// <summary>Those that listen.</summary>
    public IEnumerable<OpenFront> All => listening.Values;

    /// <summary>Whether one listens there.</summary>
    public bool Has(FrontPlace place) => listening.ContainsKey(place);

    /// <summary>Takes one over.</summary>
    public void Add(OpenFront front) => listening.Add(front.Front.Place, front);

    /// <summary>Closes its listening socket at once, and leaves its connections to end by themselves.</summary>
    public void Close(OpenFront front)
    {
        listening.Remove(front.Front.Place);
        // The socket is closed when StopAsync returns its task, which ends with the last connection.
        var ends = front.Socket.StopAsync(Timeout.InfiniteTimeSpan);
        draining[front] = ends;
        _ = ForgetAsync(front, ends);
    }

    /// <summary>Closes its listening socket and cuts its connections, as a power-off does.</summary>
    public void Cut(OpenFront front)
    {
        listening.Remove(front.Front.Place);
        var ends = front.Socket.StopAsync(TimeSpan.Zero);
        draining[front] = ends;
        _ = ForgetAsync(front, ends);
    }

    /// <summary>Closes all, waits for their connections, and cuts them when the token fires.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var front in listening.Values.ToList()) Close(front);
        var sockets = draining.Keys.Select(f => f.Socket).ToList();
        try
        {
            await Task.WhenAll(draining.Values).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            foreach (var socket in sockets) await socket.StopAsync(TimeSpan.Zero);
        }
    }

    private async Task ForgetAsync(OpenFront front, Task ends)
    {
        await ends;
        draining.TryRemove(front, out _);
    }
}
