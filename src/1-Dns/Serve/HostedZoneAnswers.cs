using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Route 53's answers: the running generation's public hosted zones.</summary>
/// <param name="generations">The running generation.</param>
/// <param name="targets">The targets' health; null when everything counts as healthy.</param>
internal sealed class HostedZoneAnswers(IGenerationSource generations, ITargetHealth? targets = null) : IAnswers
{
    /// <inheritdoc/>
    public DnsAnswer Answer(DnsQuestion question, IPEndPoint server, bool tcp, out IDecision? decision)
    {
        var generation = generations.Current;
        var snapshot = generation.Find<DnsSnapshot>() ?? DnsSnapshot.Empty;
        var health = snapshot.ReadHealth(targets, generation);
        var draw = Draw.Random();
        decision = new DnsDecision(snapshot, question, draw, server, tcp ? "tcp" : "udp", health);
        var answer = DnsHop.Decide(snapshot, question, draw, default(NoReasons), health);
        health?.Seal();
        return answer;
    }
}
