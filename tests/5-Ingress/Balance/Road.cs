using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests.Balance;

/// <summary>One Ingress for one Service, its annotations, and what a controller's pod remembers.</summary>
internal sealed class Road
{
    private readonly LimitTable limits;

    internal Road(string annotations, string more = "")
    {
        limits = new LimitTable(Clock);
        Balancers = new BalancerTable(Clock);
        Cluster = new Cluster(
            Service("web") + Routes("api", $"rules: [{Rule("a.com", Path("/", "Prefix", "web"))}]", annotations.Length == 0 ? "" : $", annotations: {{ nginx.ingress.kubernetes.io/{annotations} }}") + more).Valid();
    }

    internal Clock Clock { get; } = new();

    internal BalancerTable Balancers { get; }

    internal Cluster Cluster { get; }

    internal void Pods(ImmutableArray<FrontEndpoint> endpoints, string service = "web") => Cluster.Fronts.Pods[service] = new FrontEndpoints(endpoints);

    /// <summary>Decides as live traffic does; headers as <c>Name: value</c>.</summary>
    internal IngressDecision Ask(string path, Draw draw = default, params string[] headers) => IngressDecision.Make(
        Cluster.Plan, new LivingBackends(Cluster.Fronts, Cluster.Generation, limits, Balancers),
        Facts("a.com", path) with { Headers = [.. headers.Select(h => KeyValuePair.Create(h.Split(": ")[0], h.Split(": ")[1]))] }, draw);

    /// <summary>Decides as an explanation does.</summary>
    internal IngressDecision Explain(string path) => IngressDecision.Make(Cluster.Plan, new LivingBackends(Cluster.Fronts, Cluster.Generation, null, Balancers), Facts("a.com", path));
}
