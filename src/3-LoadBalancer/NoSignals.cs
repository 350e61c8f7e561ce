using Microsoft.Extensions.Hosting;

namespace Usher.LoadBalancer;

/// <summary>Signals are the command's to handle: a host of its own would stop on the first one, before the road is drained in order.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
