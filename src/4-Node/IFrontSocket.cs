using Usher.Seam;

namespace Usher.Node;

/// <summary>What listens for a front.</summary>
internal interface IFrontSocket : IAsyncDisposable
{
    /// <summary>Refuses new connections from now on, and gives those that are open this long to end.</summary>
    Task StopAsync(TimeSpan grace);
}

/// <summary>A relay to whichever endpoint is decided for a connection.</summary>
internal sealed class FrontRelay(RelayFront relay) : IFrontSocket
{
    /// <inheritdoc/>
    public Task StopAsync(TimeSpan grace) => relay.StopAsync(grace);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => relay.DisposeAsync();
}
