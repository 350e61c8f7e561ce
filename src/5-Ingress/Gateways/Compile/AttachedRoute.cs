using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What one route comes to by itself, whatever other routes there are.</summary>
/// <param name="Written">The object that it was made of.</param>
/// <param name="Setup">The listeners that it was made for.</param>
/// <param name="Head">What attaching sees of it.</param>
/// <param name="Parents">Its parents that are served here.</param>
internal sealed record AttachedRoute(object Written, GatewaySetup Setup, RouteHead Head, IReadOnlyList<AttachedParent> Parents);

/// <summary>One parent of a route.</summary>
/// <param name="Parent">The parent.</param>
/// <param name="Listeners">What the route adds to its listeners.</param>
/// <param name="Status">What is said of it, but for hosts that are lost, unless another route is in the way.</param>
internal sealed record AttachedParent(Parent Parent, IReadOnlyList<ListenerAddition> Listeners, ObjectStatus Status)
{
    /// <summary>The route's hosts that listeners take away.</summary>
    public IReadOnlyList<LostHost> Lost { get; init; } = [];
}

/// <summary>What a route adds to a listener.</summary>
/// <param name="Listener">The listener.</param>
/// <param name="Hosts">The route's hosts there.</param>
/// <param name="Services">The Services that it leads to.</param>
internal sealed record ListenerAddition(ListenerDraft Listener, IReadOnlyList<string> Hosts, IReadOnlyList<ResourceKey> Services)
{
    /// <summary>An HTTPRoute's or GRPCRoute's matches by host; null for another kind.</summary>
    public IReadOnlyList<KeyValuePair<string, RuleMatch[]>>? Matches { get; init; }

    /// <summary>The rules of a TLSRoute, TCPRoute or UDPRoute, one for each host.</summary>
    public IReadOnlyList<ConnectionRule> Connections { get; init; } = [];
}
