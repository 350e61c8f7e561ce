using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Where the load balancers of one generation after the other deliver a log. For one writer.</summary>
internal sealed class LogDestinations(LogKind kind)
{
    private Generation? generation;
    private Dictionary<string, LogDestination> destinations = [];

    /// <summary>Where a load balancer delivers it; null where its log is off.</summary>
    public LogDestination? Of(Generation of, string loadBalancerArn)
    {
        if (generation != of) (generation, destinations) = (of, LogDestination.Of(kind, of));
        return destinations.GetValueOrDefault(loadBalancerArn);
    }
}
