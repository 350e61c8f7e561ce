using Microsoft.Extensions.Hosting;

namespace Usher.Seam;

/// <summary>Signals are the command's to handle: a host of its own would stop on the first one, before the road is drained in order.</summary>
public sealed class NoSignals : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
