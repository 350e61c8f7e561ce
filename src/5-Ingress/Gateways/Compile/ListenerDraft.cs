using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A listener while its Gateway is compiled.</summary>
/// <param name="gateway">The Gateway that it is one of.</param>
/// <param name="owner">The Gateway or ListenerSet that it is written in.</param>
/// <param name="written">As written.</param>
/// <param name="field">Where: <c>spec.listeners[0]</c>.</param>
internal sealed class ListenerDraft(Resource<Gateway> gateway, ResourceKey owner, GatewayListener written, string field)
{
    private readonly List<RuleMatch> matches = [];
    private readonly List<ConnectionRule> connections = [];
    private readonly List<(ResourceKey Route, string Host)> httpHosts = [];
    private readonly List<(ResourceKey Route, string Host)> grpcHosts = [];

    /// <summary>The Gateway.</summary>
    internal Resource<Gateway> Gateway { get; } = gateway;

    /// <summary>The Gateway or ListenerSet that it is written in.</summary>
    internal ResourceKey Owner { get; } = owner;

    /// <summary>As written.</summary>
    internal GatewayListener Written { get; } = written;

    /// <summary>Where.</summary>
    internal string Field { get; } = field;

    /// <summary>Its host in lower case; empty for any.</summary>
    internal string Hostname { get; } = (written.Hostname ?? "").ToLowerInvariant();

    /// <summary>What is spoken at its port; null for a protocol that isn't supported.</summary>
    internal PortProtocol? Protocol { get; } = written.Protocol switch
    {
        "HTTP" => PortProtocol.Http,
        "HTTPS" or "TLS" => PortProtocol.Tls,
        "TCP" => PortProtocol.Tcp,
        "UDP" => PortProtocol.Udp,
        _ => null,
    };

    /// <summary>What it does with what it takes.</summary>
    internal ListenerKind Kind { get; } = written.Protocol switch
    {
        "HTTP" or "HTTPS" => ListenerKind.Http,
        "TLS" when written.Tls?.Mode == "Passthrough" => ListenerKind.Passthrough,
        "UDP" => ListenerKind.Datagrams,
        _ => ListenerKind.Stream,
    };

    /// <summary>Why it can't be served beside others: the condition <c>Conflicted</c>; null where it can.</summary>
    internal Condition? Conflict { get; set; }

    /// <summary>Why a reference of it doesn't lead anywhere: the condition <c>ResolvedRefs</c>; null where all do.</summary>
    internal Condition? Unresolved { get; set; }

    /// <summary>Where TLS ends here.</summary>
    internal ListenerTls? Tls { get; set; }

    /// <summary>The kinds of routes that may attach.</summary>
    internal IReadOnlyList<string> Kinds { get; set; } = [];

    /// <summary>The routes that are attached.</summary>
    internal HashSet<ResourceKey> Routes { get; } = [];

    /// <summary>Whether routes may attach to it, and requests find it.</summary>
    internal bool IsAccepted => Protocol is not null && Conflict is null;

    /// <summary>Whether it is served.</summary>
    internal bool IsProgrammed => IsAccepted && (Tls is not null || Protocol != PortProtocol.Tls || Kind == ListenerKind.Passthrough);

    /// <summary>Whether both say the same host, or one's takes the other's.</summary>
    internal static bool Intersects(string one, string other) => HostMatches<ListenerPlan>.Takes(one, other) || HostMatches<ListenerPlan>.Takes(other, one);

    /// <summary>Takes the hosts of an HTTPRoute or GRPCRoute, unless a route of the other kind has one of them.</summary>
    /// <returns>Who has it; null when the hosts are taken.</returns>
    internal (ResourceKey Route, string Host)? ClaimHosts(in ResourceKey route, IReadOnlyList<string> hosts)
    {
        var others = route.Kind == "HTTPRoute" ? grpcHosts : httpHosts;
        foreach (var other in others)
        {
            if (hosts.Any(h => Intersects(h.Length == 0 ? Hostname : h, other.Host.Length == 0 ? Hostname : other.Host))) return other;
        }

        var own = route.Kind == "HTTPRoute" ? httpHosts : grpcHosts;
        foreach (var host in hosts) own.Add((route, host));
        return null;
    }

    /// <summary>Takes a match of a route that attaches.</summary>
    internal void Add(IEnumerable<RuleMatch> of) => matches.AddRange(of);

    /// <summary>Takes the rule of a TLSRoute, TCPRoute or UDPRoute that attaches; of two for one host the first.</summary>
    /// <returns>The rule that has the host already; null when it was free.</returns>
    internal ConnectionRule? Add(ConnectionRule rule)
    {
        if (connections.Find(c => c.Host == rule.Host) is { } other) return other;
        connections.Add(rule);
        return null;
    }

    /// <summary>The listener as it is served.</summary>
    internal ListenerPlan Build() => new(Written.Name, Owner, Hostname, Kind)
    {
        Routes = HostMatches<MatchTable>.Of([.. matches.GroupBy(m => m.Host, StringComparer.Ordinal).Select(g => KeyValuePair.Create(g.Key, MatchTable.Of(g)))]),
        Connections = HostMatches<ConnectionRule>.Of([.. connections.Select(c => KeyValuePair.Create(c.Host, c))]),
        Tls = Tls,
    };

    /// <summary>Whether routes of a namespace may attach, by <c>allowedRoutes.namespaces</c>.</summary>
    internal bool Allows(DesiredState state, string ns) => Written.AllowedRoutes.Namespaces.From switch
    {
        "All" => true,
        "Selector" => Written.AllowedRoutes.Namespaces.Selector is { } selector && NamespaceLabels.Meets(state, ns, selector),
        _ => ns == Owner.Namespace,
    };
}

/// <summary>The labels of namespaces.</summary>
internal static class NamespaceLabels
{
    /// <summary>Whether a namespace meets a selector. An API server labels each with its name; one that isn't written is taken to have that label alone.</summary>
    internal static bool Meets(DesiredState state, string ns, V1LabelSelector selector)
    {
        var labels = new Dictionary<string, string>(state.Find<V1Namespace>("", ns)?.Value.Metadata.Labels ?? new Dictionary<string, string>()) { ["kubernetes.io/metadata.name"] = ns };
        return LabelSelectors.Matches(selector, labels);
    }
}
