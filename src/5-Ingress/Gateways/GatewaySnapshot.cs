using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Every Gateway's listeners, by where its pods listen. Immutable.</summary>
/// <param name="byPlace">The ports of all pods.</param>
internal sealed class GatewaySnapshot(FrozenDictionary<FrontPlace, GatewayPort> byPlace)
{
    /// <summary>What is said of each GatewayClass, Gateway, ListenerSet, route and policy: by kind, namespace and name, an object before its parts.</summary>
    internal IEnumerable<ObjectStatus> Statuses => Own.Concat(OfRoutes)
        .OrderBy(s => s.Key.Kind, StringComparer.Ordinal).ThenBy(s => s.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.Key.Name, StringComparer.Ordinal).ThenBy(s => s.Part.Length > 0);

    /// <summary>What is said of all but routes.</summary>
    internal IReadOnlyList<ObjectStatus> Own { get; init; } = [];

    /// <summary>What is said of routes.</summary>
    internal IReadOnlyList<ObjectStatus> OfRoutes { get; init; } = [];

    /// <summary>What routes were compiled against, for the next generation.</summary>
    internal CompiledStep<GatewaySetup>? Setup { get; init; }

    /// <summary>How each route was compiled.</summary>
    internal IReadOnlyDictionary<ResourceKey, CompiledStep<AttachedRoute>> Routes { get; init; } = FrozenDictionary<ResourceKey, CompiledStep<AttachedRoute>>.Empty;

    /// <summary>What all routes read, roughly.</summary>
    internal Reads Read { get; init; } = new();

    /// <summary>Every listener that is served.</summary>
    internal FrozenDictionary<(ResourceKey Owner, string Name), ListenerPlan> Listeners { get; init; } = FrozenDictionary<(ResourceKey Owner, string Name), ListenerPlan>.Empty;

    /// <summary>The ports of pods that no listener opens.</summary>
    internal IReadOnlyDictionary<FrontPlace, ClosedPort> Closed { get; init; } = FrozenDictionary<FrontPlace, ClosedPort>.Empty;

    /// <summary>All ports of all pods.</summary>
    internal ImmutableArray<GatewayPort> Ports => byPlace.Values;

    /// <summary>Whether a Gateway is known, and none of its listeners can be served: its pods have nothing to listen on, and are none the less well.</summary>
    internal bool ServesNothingOf(ResourceKey gateway) => Setup?.Value.Listeners.TryGetValue(gateway, out var listeners) == true && listeners.All.All(l => !l.IsProgrammed);

    /// <summary>The port of a Gateway's pod that listens there, or null.</summary>
    internal GatewayPort? PortAt(IPEndPoint bound, bool udp = false) => byPlace.GetValueOrDefault(new FrontPlace(bound, udp));
}

/// <summary>One port of one pod of a Gateway.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where it listens on this machine.</param>
/// <param name="Plan">What it serves: shared by all pods of the Gateway.</param>
internal sealed record GatewayPort(ResourceKey Pod, IPEndPoint Declared, IPEndPoint Bound, PortPlan Plan)
{
    /// <summary>Which routes have which hosts, attached or not.</summary>
    public RouteHosts Hosts { get; init; } = RouteHosts.None;

    /// <summary>The Gateway's listeners of this port that aren't served.</summary>
    public IReadOnlyList<ClosedListener> Closed { get; init; } = [];

    /// <summary>Where it is among sockets.</summary>
    internal FrontPlace Place => new(Bound, Plan.Protocol == PortProtocol.Udp);

    /// <summary>Where it dials an address from, as <see cref="ControllerPlan.SourceTo(IPEndPoint)"/> says.</summary>
    internal IPAddress? SourceTo(IPEndPoint at) => ControllerPlan.SourceTo(at, Bound);
}

/// <summary>What is spoken at a port.</summary>
internal enum PortProtocol : byte
{
    /// <summary>HTTP in the plain.</summary>
    Http,

    /// <summary>TLS: listeners of protocols HTTPS and TLS share a port, and the client's server name tells which.</summary>
    Tls,

    /// <summary>TCP, of which nothing is read.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,
}

/// <summary>All listeners of a Gateway at one port.</summary>
/// <param name="Gateway">The Gateway.</param>
/// <param name="Port">The declared port.</param>
/// <param name="Protocol">What is spoken there.</param>
/// <param name="Listeners">By host; the only one of a TCP or UDP port is for any.</param>
internal sealed record PortPlan(ResourceKey Gateway, int Port, PortProtocol Protocol, HostMatches<ListenerPlan> Listeners)
{
    /// <summary>Whether a decision reads request headers.</summary>
    public bool ReadsHeaders { get; } = Listeners.All.Any(l => l.ReadsHeaders);

    /// <summary>Whether connections that come in the plain may be encrypted towards backends.</summary>
    public bool Encrypts { get; } = Protocol == PortProtocol.Tcp && Listeners.All.Any(l => l.Connections.All.Any(r => r.Backends.Any(b => b.Tls is not null)));
}

/// <summary>What a listener does with what it takes.</summary>
internal enum ListenerKind : byte
{
    /// <summary>HTTP, in the plain or where TLS ended.</summary>
    Http,

    /// <summary>Bytes, in the plain or where TLS ended.</summary>
    Stream,

    /// <summary>TLS that goes on as it came.</summary>
    Passthrough,

    /// <summary>Datagrams.</summary>
    Datagrams,
}

/// <summary>A listener.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">The Gateway or ListenerSet that it is written in.</param>
/// <param name="Hostname">The host it serves; empty for any.</param>
/// <param name="Kind">What it does.</param>
internal sealed record ListenerPlan(string Name, ResourceKey Owner, string Hostname, ListenerKind Kind)
{
    private bool? readsHeaders;

    /// <summary>HTTP routes by their hosts.</summary>
    public HostMatches<MatchTable> Routes { get; init; } = HostMatches<MatchTable>.Empty;

    /// <summary>TLS, TCP and UDP routes by their hosts.</summary>
    public HostMatches<ConnectionRule> Connections { get; init; } = HostMatches<ConnectionRule>.Empty;

    /// <summary>The hosts of routes that another route or listener has.</summary>
    public ImmutableArray<LostHost> Lost { get; init; } = [];

    /// <summary>What it shows in handshakes; null where no TLS ends.</summary>
    public ListenerTls? Tls { get; init; }

    /// <summary>Whether a decision reads request headers.</summary>
    public bool ReadsHeaders => readsHeaders ??= Routes.All.Any(t => t.ReadsHeaders);

    /// <summary><c>listener https of Gateway shop/edge (*.example.com)</c>.</summary>
    internal string Label => $"listener {Name} of {Owner}{(Hostname.Length == 0 ? "" : $" ({Hostname})")}";
}
