using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// Sends the endpoints of a published generation on their way to the nodes. Carriers commit from the edge to the pods, so pods that go are asked to end
/// right after: the race that a cluster has.
/// </summary>
internal sealed class ServiceCarrier(KubeProxies proxies) : ICarrier
{
    /// <inheritdoc/>
    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken) =>
        Task.FromResult<ICarrierChange>(new Change(proxies, ServiceFronts.Snapshot(next)));

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed class Change(KubeProxies proxies, ServiceSnapshot next) : ICarrierChange
    {
        public Task CommitAsync(CancellationToken cancellationToken)
        {
            proxies.Publish(next);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
