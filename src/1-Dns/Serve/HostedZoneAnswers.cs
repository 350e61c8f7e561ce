using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Route 53's answers: the running generation's public hosted zones.</summary>
internal sealed class HostedZoneAnswers(IGenerationSource generations) : IAnswers
{
    /// <inheritdoc/>
    public DnsAnswer Answer(DnsQuestion question, IPEndPoint server, bool tcp, out IDecision? decision)
    {
        var snapshot = generations.Current.Find<DnsSnapshot>() ?? DnsSnapshot.Empty;
        var draw = Draw.Random();
        decision = new DnsDecision(snapshot, question, draw, server, tcp ? "tcp" : "udp");
        return DnsHop.Decide(snapshot, question, draw, default(NoReasons));
    }
}
