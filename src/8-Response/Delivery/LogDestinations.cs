using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Where the load balancers of one generation after the other deliver a log. For one writer.</summary>
internal sealed class LogDestinations(LogKind kind)
{
    private Generation? generation;
    private Dictionary<string, LogDestination> destinations = [];

    /// <summary>Where a load balancer delivers it; null where its log is off.</summary>
    public LogDestination? Of(Generation of, string loadBalancerArn) => In(of).GetValueOrDefault(loadBalancerArn);

    /// <summary>The same of the load balancer that a connection came to, with its listener's port. Where all logs are off, nothing is looked up.</summary>
    public (LogDestination To, int ListenerPort)? Of(Generation of, ConnectionId connection)
    {
        if (In(of).Count == 0) return null;
        var (balancer, port) = ListenerLookup.Of(of, connection);
        return Of(of, balancer) is { } to ? (to, port) : null;
    }

    private Dictionary<string, LogDestination> In(Generation of)
    {
        if (generation != of) (generation, destinations) = (of, LogDestination.Of(kind, of));
        return destinations;
    }
}
