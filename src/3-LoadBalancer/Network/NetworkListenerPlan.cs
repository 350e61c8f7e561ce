using System.Net;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>What a Network Load Balancer's listener, or its target group, carries.</summary>
internal enum NetworkProtocol
{
    Tcp,
    Tls,
    Udp,
    TcpUdp,
}

/// <summary>Protocols as the ELBv2 API spells them.</summary>
internal static class NetworkProtocols
{
    internal static string Text(this NetworkProtocol protocol) => protocol switch
    {
        NetworkProtocol.Tcp => "TCP",
        NetworkProtocol.Tls => "TLS",
        NetworkProtocol.Udp => "UDP",
        _ => "TCP_UDP",
    };

    /// <summary>Whether datagrams are among what it carries.</summary>
    internal static bool HasDatagrams(this NetworkProtocol protocol) => protocol is NetworkProtocol.Udp or NetworkProtocol.TcpUdp;

    internal static NetworkProtocol Parse(string text) => text switch
    {
        "TLS" => NetworkProtocol.Tls,
        "UDP" => NetworkProtocol.Udp,
        "TCP_UDP" => NetworkProtocol.TcpUdp,
        _ => NetworkProtocol.Tcp,
    };
}

/// <summary>A listener at one of a Network Load Balancer's nodes. It has a default rule and no others.</summary>
internal sealed record NetworkListenerPlan : IListenerNode
{
    public required string Arn { get; init; }

    public required ResourceKey LoadBalancer { get; init; }

    public required string LoadBalancerName { get; init; }

    internal required string LoadBalancerArn { get; init; }

    public required int Port { get; init; }

    /// <summary>The Service that the AWS Load Balancer Controller made the load balancer of, <c>namespace/name</c>; null for any other.</summary>
    internal string? Service { get; init; }

    /// <summary>The Ingresses that it made the load balancer of, in front of another, <c>namespace/name</c> with commas between several; null for any other.</summary>
    internal string? Ingress { get; init; }

    internal required NetworkProtocol Protocol { get; init; }

    /// <summary>Where it listens on this machine: the address of the load balancer's node in <see cref="Zone"/>.</summary>
    public required IPEndPoint Bound { get; init; }

    /// <summary>The Availability Zone of that node; null where the load balancer has no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>The security policy of a TLS listener; null for any other.</summary>
    internal TlsPolicy? Tls { get; init; }

    /// <summary>What a TLS listener negotiates by ALPN.</summary>
    internal AlpnPolicy Alpn { get; init; } = AlpnPolicy.None;

    /// <summary>The default action.</summary>
    internal required ForwardPlan Forward { get; init; }

    /// <summary><c>tcp.idle_timeout.seconds</c>, 60–6000 s, 350 s when not set, and always at a TLS listener: how long a connection may be silent.</summary>
    internal required TimeSpan IdleTimeout { get; init; }

    /// <summary>The load balancer's own <c>load_balancing.cross_zone.enabled</c>, false when not set.</summary>
    internal bool CrossZone { get; init; }

    string IListenerNode.LoadBalancerType => "network";

    string IListenerNode.ProtocolName => Protocol.Text();

    public IEnumerable<TargetGroupPlan> Groups => Forward.Groups.Select(g => g.Group);

    /// <summary>Which of a group's targets it sends to: with cross-zone load balancing off, an NLB's default, those of its own zone.</summary>
    public ZoneScope ScopeOf(TargetGroupPlan group) => ZoneScope.Of(group.CrossZone, CrossZone, Zone);

    /// <summary>The sockets that it has: a TCP_UDP listener takes both at one port.</summary>
    internal IEnumerable<FrontPlace> Places => Protocol switch
    {
        NetworkProtocol.Udp => [new FrontPlace(Bound, Udp: true)],
        NetworkProtocol.TcpUdp => [new FrontPlace(Bound, Udp: false), new FrontPlace(Bound, Udp: true)],
        _ => [new FrontPlace(Bound, Udp: false)],
    };

    /// <summary>Whether it takes datagrams, or else connections.</summary>
    internal bool Takes(bool udp) => Protocol.HasDatagrams() ? udp || Protocol == NetworkProtocol.TcpUdp : !udp;

    /// <summary><c>TCP:443</c>.</summary>
    internal string Label => $"{Protocol.Text()}:{Port}";
}

/// <summary>What a target group for Network Load Balancers has besides (ELBv2 API, TargetGroupAttribute).</summary>
/// <param name="Protocol">What its targets are sent.</param>
/// <param name="PreservesClient">Whether targets see the client's address: <c>preserve_client_ip.enabled</c>.</param>
internal sealed record NetworkGroupPlan(NetworkProtocol Protocol, bool PreservesClient)
{
    /// <summary>Whether all connections of a client go to one target: <c>stickiness.enabled</c>, false when not set.</summary>
    internal bool Sticky { get; init; }

    /// <summary>Whether targets are sent a PROXY header first: <c>proxy_protocol_v2.enabled</c>, false when not set.</summary>
    internal bool ProxyProtocol { get; init; }

    /// <summary>Whether connections are cut when their target's deregistration delay is over: <c>deregistration_delay.connection_termination.enabled</c>, true when not set for UDP and TCP_UDP, false else.</summary>
    internal bool CutsDeregistered { get; init; }

    /// <summary>Whether connections are cut when their target becomes unhealthy: <c>target_health_state.unhealthy.connection_termination.enabled</c>, true when not set, and never for UDP and TCP_UDP.</summary>
    internal bool CutsUnhealthy { get; init; }

    /// <summary>How long a target that becomes unhealthy is <c>unhealthy.draining</c> first, where its connections aren't cut: <c>target_health_state.unhealthy.draining_interval_seconds</c>, 0–360000 s, 0 when not set.</summary>
    internal TimeSpan DrainingInterval { get; init; }

    /// <summary>Whether its target is an Application Load Balancer.</summary>
    internal bool IsAlb { get; init; }

    /// <summary>What a group has; null when it is for Application Load Balancers.</summary>
    internal static NetworkGroupPlan? Of(TargetGroup group)
    {
        if (!group.IsNetwork) return null;
        var protocol = NetworkProtocols.Parse(group.Protocol);
        var datagrams = protocol.HasDatagrams();
        // Off by default for ip targets of TCP and TLS, on otherwise, and never off for UDP (ELBv2 API, TargetGroupAttribute, preserve_client_ip.enabled).
        var preserves = datagrams || AlbTargets.IsOf(group) || group.Attributes.Flag("preserve_client_ip.enabled", group.TargetType == "instance");
        return new NetworkGroupPlan(protocol, preserves)
        {
            ProxyProtocol = group.Attributes.Flag("proxy_protocol_v2.enabled", false),
            IsAlb = AlbTargets.IsOf(group),
            Sticky = group.Attributes.Flag("stickiness.enabled", false),
            CutsDeregistered = group.Attributes.Flag("deregistration_delay.connection_termination.enabled", datagrams),
            CutsUnhealthy = group.Attributes.Flag(AttributeCheck.CutsUnhealthy, !datagrams),
            DrainingInterval = group.Attributes.Seconds(AttributeCheck.DrainingInterval, 0),
        };
    }
}
