using System.Net;
using Usher.Seam;

namespace Usher.Node;

/// <summary>What listens for a front.</summary>
internal interface IFrontSocket : IAsyncDisposable
{
    /// <summary>Refuses new connections from now on, and gives those that are open this long to end.</summary>
    Task StopAsync(TimeSpan grace);
}

/// <summary>
/// A relay of datagrams. Its flows end with it: it is closed when its last endpoint is gone, and netfilter is made to forget flows to endpoints that are gone.
/// </summary>
internal sealed class FrontFlows(DatagramFront front) : IFrontSocket
{
    /// <summary>Cuts the flows that may not go on: those from a source to a bound endpoint for which this holds.</summary>
    public void Cut(Func<IPAddress, IPEndPoint, bool> stale) => front.Cut(stale);

    /// <inheritdoc/>
    public Task StopAsync(TimeSpan grace) => front.DisposeAsync().AsTask();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => front.DisposeAsync();
}

/// <summary>A relay to whichever endpoint is decided for a connection.</summary>
internal sealed class FrontRelay(RelayFront relay) : IFrontSocket
{
    /// <inheritdoc/>
    public Task StopAsync(TimeSpan grace) => relay.StopAsync(grace);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => relay.DisposeAsync();
}
