using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The decision about a request that isn't compliant; the common one needs no room for that.</summary>
internal class ClassifiedDecision(ListenerPlan listener, RequestFacts facts, Draw draw, LoadBalancerChoice choice, DesyncClassification desync)
    : LoadBalancerDecision(listener, facts, draw, choice)
{
    internal override DesyncClassification Desync { get; } = desync;
}

/// <summary>The decision about a request that no rule took and that the load balancer answers itself: the road tells who else has its host.</summary>
internal sealed class UnmatchedDecision(ListenerPlan listener, RequestFacts facts, Draw draw, LoadBalancerChoice choice, DesyncClassification desync, Generation road)
    : ClassifiedDecision(listener, facts, draw, choice, desync)
{
    private protected override IReadOnlyList<string> Elsewhere => IngressesElsewhere.Of(road, Listener, Facts);
}
