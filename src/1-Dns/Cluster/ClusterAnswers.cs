using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>CoreDNS' answers: the running generation's Services, the pods that live now, and the hosted zones as the VPC sees them.</summary>
internal sealed class ClusterAnswers(IGenerationSource generations, IServiceEndpoints endpoints, ITargetHealth? targets = null) : IAnswers
{
    /// <inheritdoc/>
    public DnsAnswer Answer(DnsQuestion question, IPEndPoint server, bool tcp, out IDecision? decision)
    {
        var generation = generations.Current;
        var zones = (generation.Find<DnsSnapshot>() ?? DnsSnapshot.Empty).Inside;
        var view = new ClusterView(generation.Find<ClusterSnapshot>() ?? ClusterSnapshot.Empty, zones, new EndpointReading(endpoints, generation), zones.ReadHealth(targets, generation));
        var draw = Draw.Random();
        decision = new ClusterDecision(view, question, draw, server, tcp ? "tcp" : "udp");
        var answer = ClusterDnsHop.Decide(view, question, draw, default(NoReasons));
        view.Endpoints.Seal();
        view.Health?.Seal();
        return answer;
    }
}
