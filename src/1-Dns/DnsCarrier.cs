using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// The name server that stands for Route 53. Its sockets are bound with the first generation, answer from its publication on, and stay.
/// </summary>
internal sealed class DnsCarrier : ICarrier, IAsyncDisposable
{
    private readonly DnsOptions options;
    private readonly ServerSlot slot;

    public DnsCarrier(
        DnsOptions options, DnsServerAddress address, IGenerationSource generations, IJourneyLog journeys, TimeProvider time, ILogger<DnsCarrier> log,
        ITargetHealth? targets = null)
    {
        this.options = options;
        slot = new ServerSlot(new DnsParts(new DnsResponder(new HostedZoneAnswers(generations, targets)), journeys, time, log), endPoint => address.EndPoint = endPoint);
    }

    /// <inheritdoc/>
    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken) =>
        Task.FromResult(slot.Prepare(options.EndPoint, errors, "the name server", "--dns-port to move it"));

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => slot.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));
}
