using Usher.Model.Desired;

namespace Usher.Ingress.Gateways;

/// <summary>A host of a route that doesn't take effect where the route is attached, while others do.</summary>
/// <param name="Route">The route.</param>
/// <param name="Host">The host as the route has it; empty for any.</param>
/// <param name="Listener">The listener where it doesn't; null for each of the parent.</param>
/// <param name="Why">Who has it instead, or that nobody is for it.</param>
internal sealed record LostHost(ResourceKey Route, string Host, string? Listener, string Why)
{
    /// <summary>For the route's own status.</summary>
    internal string Words => $"{(Host.Length == 0 ? "all of it" : Host)}{(Listener is null ? "" : $" at listener {Listener}")}: {Why}";

    /// <summary>For what is told of a request.</summary>
    internal string Label => $"{Route}{(Host.Length == 0 ? "" : $" ({Host})")}";
}

/// <summary>
/// Which of a route's hosts listeners take away from it (Gateway API, HTTPRoute.hostnames: those that no listener has are ignored; Listener: a request finds routes of the most specific listener alone).
/// Accepted is True all the same, so it is told.
/// </summary>
internal static class LostHosts
{
    /// <summary>Those of one parent.</summary>
    /// <param name="setup">All listeners.</param>
    /// <param name="route">The route.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="all">All of the route's parents.</param>
    internal static IReadOnlyList<LostHost> Of(GatewaySetup setup, RouteHead route, Parent parent, IReadOnlyList<Parent> all)
    {
        if (parent.Listeners.Count == 0 || route.Hostnames.Count == 0) return [];
        var lost = new List<LostHost>();
        foreach (var host in route.Hostnames)
        {
            if (!parent.Listeners.Any(l => l.Hosts.Contains(host)))
                lost.Add(new LostHost(route.Key, host, null, $"it is no host of {string.Join(", ", parent.Listeners.Select(l => $"listener {l.Listener.Written.Name} ({l.Listener.Hostname})"))}"));
        }

        foreach (var (listener, hosts) in parent.Listeners)
        {
            foreach (var host in hosts)
            {
                if (Narrower(setup, listener, host) is { } other && !all.Any(p => p.Listeners.Any(l => l.Listener == other && l.Hosts.Contains(host))))
                    lost.Add(new LostHost(route.Key, host, listener.Written.Name, $"listener {other.Written.Name} of {other.Owner} ({other.Hostname}) is more specific for it at port {other.Written.Port}, and the route isn't attached there"));
            }
        }

        return lost;
    }

    /// <summary>The most specific listener of the same port that takes all of a host, where that is another one; or null.</summary>
    private static ListenerDraft? Narrower(GatewaySetup setup, ListenerDraft listener, string host)
    {
        ListenerDraft? found = null;
        foreach (var other in setup.Listeners[listener.Gateway.Key].All)
        {
            if (other != listener && other.IsProgrammed && other.Written.Port == listener.Written.Port && other.Protocol == listener.Protocol && other.Hostname.Length > 0
                && HostMatches<ListenerPlan>.Takes(other.Hostname, host) && HostMatches<ListenerPlan>.Takes((found ?? listener).Hostname, other.Hostname)) found = other;
        }

        return found;
    }
}
