using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dashboard.Live;

/// <summary>What the hops report of the road at one time.</summary>
/// <param name="Generation">The running generation.</param>
/// <param name="Listeners">Every listener at each node of its load balancer.</param>
/// <param name="Targets">Every target.</param>
/// <param name="Nodes">Every worker node.</param>
/// <param name="Services">Every Service.</param>
/// <param name="Pods">Every pod, by namespace and name.</param>
/// <param name="Certificates">Every certificate.</param>
public sealed record RoadFacts(
    Generation Generation, IReadOnlyList<ListenerReport> Listeners, IReadOnlyList<TargetHealthReport> Targets, IReadOnlyList<NodeReport> Nodes, IReadOnlyList<ServiceReport> Services,
    IReadOnlyList<PodStatus> Pods, IReadOnlyList<CertificateReport> Certificates);

/// <summary>Asks the hops.</summary>
/// <param name="generations">The running generation.</param>
/// <param name="health">The load balancers.</param>
/// <param name="nodes">The nodes.</param>
/// <param name="services">The Services.</param>
/// <param name="pods">The pods.</param>
/// <param name="certificates">The certificates.</param>
public sealed class RoadFactsReader(
    IGenerationSource generations, ITargetHealth health, INodeReports nodes, IServiceReports services, IPodDirectory pods, ICertificateReports certificates)
{
    /// <summary>What they report now.</summary>
    public RoadFacts Read()
    {
        var generation = generations.Current;
        return new RoadFacts(
            generation, health.Listeners(generation), health.All(generation), nodes.All(generation), services.All(generation),
            [.. pods.Current.Values.OrderBy(p => p.Key, ResourceKey.ByName)], certificates.All(generation));
    }
}
