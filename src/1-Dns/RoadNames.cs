using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The hosted zones' answers for a hop of this process, without a query on the wire.</summary>
/// <param name="targets">The targets' health; null when everything counts as healthy.</param>
internal sealed class RoadNames(ITargetHealth? targets = null) : IRoadNames
{
    public IPEndPoint? Find(Generation generation, string name, int port)
    {
        if (generation.Find<DnsSnapshot>() is not { } snapshot || DomainName.Parse(name, out _) is not { } domain) return null;
        var answer = new DnsDecision(snapshot, new DnsQuestion(domain, RecordType.A), Draw.Random(), null, null, snapshot.ReadHealth(targets, generation)).Decide();
        if (answer.End != DnsEnd.Found) return null;
        return generation.Addresses.BindAt(new IPAddress(answer.Ordered(answer.Answers[^1].Set).First().Bytes), port);
    }
}
