using System.Net;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Where the load balancers of one generation after the other deliver a log. Whoever asks first of a generation looks; others may ask meanwhile.</summary>
internal sealed class LogDestinations(LogKind kind)
{
    private volatile Known? known;

    /// <summary>Where the node of a load balancer with this address delivers it; null where its log is off.</summary>
    public LogDestination? Of(Generation of, IPAddress node) => In(of).GetValueOrDefault(node);

    /// <summary>The same of the node that a connection came to, with its listener's port.</summary>
    public (LogDestination To, int ListenerPort)? Of(Generation of, ConnectionId connection) =>
        Of(of, connection.To.Address) is { } to ? (to, ListenerLookup.Of(of, connection).Port) : null;

    private Dictionary<IPAddress, LogDestination> In(Generation of)
    {
        var last = known;
        if (last?.Generation != of) known = last = new Known(of, LogDestination.Of(kind, of));
        return last.Destinations;
    }

    private sealed record Known(Generation Generation, Dictionary<IPAddress, LogDestination> Destinations);
}
