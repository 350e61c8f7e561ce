using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A listener as its Gateway and its neighbours make it, without routes.</summary>
/// <param name="gateway">The Gateway that it is one of.</param>
/// <param name="owner">The Gateway or ListenerSet that it is written in.</param>
/// <param name="written">As written.</param>
/// <param name="field">Where: <c>spec.listeners[0]</c>.</param>
internal sealed class ListenerDraft(Resource<Gateway> gateway, ResourceKey owner, GatewayListener written, string field)
{
    /// <summary>The Gateway.</summary>
    internal Resource<Gateway> Gateway { get; } = gateway;

    /// <summary>The Gateway or ListenerSet that it is written in.</summary>
    internal ResourceKey Owner { get; } = owner;

    /// <summary>As written.</summary>
    internal GatewayListener Written { get; } = written;

    /// <summary>The protocol's name; the core ones are written in either case (Gateway API, ProtocolType).</summary>
    internal string ProtocolName { get; } = written.Protocol.ToUpperInvariant();

    /// <summary>Where.</summary>
    internal string Field { get; } = field;

    /// <summary>Its host in lower case; empty for any.</summary>
    internal string Hostname { get; } = (written.Hostname ?? "").ToLowerInvariant();

    /// <summary>What is spoken at its port; null for a protocol that isn't supported.</summary>
    internal PortProtocol? Protocol { get; } = written.Protocol.ToUpperInvariant() switch
    {
        "HTTP" => PortProtocol.Http,
        "HTTPS" or "TLS" => PortProtocol.Tls,
        "TCP" => PortProtocol.Tcp,
        "UDP" => PortProtocol.Udp,
        _ => null,
    };

    /// <summary>What it does with what it takes.</summary>
    internal ListenerKind Kind { get; } = written.Protocol.ToUpperInvariant() switch
    {
        "HTTP" or "HTTPS" => ListenerKind.Http,
        "TLS" when written.Tls?.Mode == "Passthrough" => ListenerKind.Passthrough,
        "UDP" => ListenerKind.Datagrams,
        _ => ListenerKind.Stream,
    };

    /// <summary>Why it can't be served beside others: the condition <c>Conflicted</c>; null where it can.</summary>
    internal Condition? Conflict { get; set; }

    /// <summary>That another listener of the port ends TLS for hosts of its own too: the condition <c>OverlappingTLSConfig</c>; null where none does.</summary>
    internal Condition? Overlap { get; set; }

    /// <summary>Why a reference of it doesn't lead anywhere: the condition <c>ResolvedRefs</c>; null where all do.</summary>
    internal Condition? Unresolved { get; set; }

    /// <summary>Why it isn't accepted for itself: the condition <c>Accepted</c>; null where it is.</summary>
    internal Condition? Refused { get; set; }

    /// <summary>Where TLS ends here.</summary>
    internal ListenerTls? Tls { get; set; }

    /// <summary>The kinds of routes that may attach.</summary>
    internal IReadOnlyList<string> Kinds { get; set; } = [];

    /// <summary>Whether routes may attach to it, and requests find it.</summary>
    internal bool IsAccepted => Protocol is not null && Conflict is null && Refused is null;

    /// <summary>Whether it is served.</summary>
    internal bool IsProgrammed => IsAccepted && (Tls is not null || Protocol != PortProtocol.Tls || Kind == ListenerKind.Passthrough);

    /// <summary>Whether both say the same host, or one's takes the other's.</summary>
    internal static bool Intersects(string one, string other) => HostMatches<ListenerPlan>.Takes(one, other) || HostMatches<ListenerPlan>.Takes(other, one);

    /// <summary>Whether routes of a namespace may attach, by <c>allowedRoutes.namespaces</c>.</summary>
    internal bool Allows(DesiredState state, string ns) => Written.AllowedRoutes.Namespaces.From switch
    {
        "All" => true,
        "Selector" => Written.AllowedRoutes.Namespaces.Selector is { } selector && NamespaceLabels.Meets(state, ns, selector),
        _ => ns == Owner.Namespace,
    };
}
