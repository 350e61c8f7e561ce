using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The cluster's DNS' answers for a hop of this process, without a query on the wire.</summary>
/// <param name="endpoints">The living endpoints, for headless Services.</param>
/// <param name="targets">The targets' health; null when everything counts as healthy.</param>
internal sealed class ClusterNames(IServiceEndpoints endpoints, ITargetHealth? targets = null) : IClusterNames
{
    /// <inheritdoc/>
    public IPEndPoint? Find(Generation generation, string name, int port)
    {
        if (DomainName.Parse(name, out _) is not { } domain) return null;
        var zones = (generation.Find<DnsSnapshot>() ?? DnsSnapshot.Empty).Inside;
        var view = new ClusterView(generation.Find<ClusterSnapshot>() ?? ClusterSnapshot.Empty, zones, new EndpointReading(endpoints, generation), zones.ReadHealth(targets, generation));
        var answer = ClusterDnsHop.Decide(view, new DnsQuestion(domain, RecordType.A), Draw.Random(), default(NoReasons));
        return answer.End == DnsEnd.Found
            ? generation.Addresses.BindAt(new IPAddress(answer.Ordered(answer.Answers[^1].Set).First().Bytes), port)
            : null;
    }
}
