using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The cluster's DNS: sockets where the generation has them, and no others.</summary>
internal sealed class ClusterDnsCarrier : ICarrier, IAsyncDisposable
{
    private readonly IClusterDns place;
    private readonly ServerSlot slot;

    public ClusterDnsCarrier(
        IClusterDns place, IServiceEndpoints endpoints, IGenerationSource generations, IJourneyLog journeys, TimeProvider time, ILogger<ClusterDnsCarrier> log,
        ITargetHealth? targets = null)
    {
        this.place = place;
        slot = new ServerSlot(new DnsParts(new DnsResponder(new ClusterAnswers(generations, endpoints, targets)), journeys, time, log), _ => { });
    }

    /// <inheritdoc/>
    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken) =>
        Task.FromResult(slot.Prepare(place.Bound(next), errors, "the cluster's DNS", "--loopback to move the road"));

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => slot.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));
}
