using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>
/// Which target groups go with which listeners (NLB user guide, Target groups, Routing configuration): TCP with TCP and TCP_UDP, TLS with TCP and TLS, UDP with UDP and TCP_UDP, TCP_UDP with its
/// own; HTTP and HTTPS among themselves.
/// </summary>
internal static class IncompatibleProtocols
{
    /// <summary>Whether a Network Load Balancer's listener may forward to a group.</summary>
    internal static bool Goes(NetworkProtocol listener, NetworkProtocol? group) => (listener, group) switch
    {
        (NetworkProtocol.Tcp, NetworkProtocol.Tcp or NetworkProtocol.TcpUdp) => true,
        (NetworkProtocol.Tls, NetworkProtocol.Tcp or NetworkProtocol.Tls) => true,
        (NetworkProtocol.Udp, NetworkProtocol.Udp or NetworkProtocol.TcpUdp) => true,
        (NetworkProtocol.TcpUdp, NetworkProtocol.TcpUdp) => true,
        _ => false,
    };

    /// <summary>The refusal, with ELBv2's own words (IncompatibleProtocols) at its end.</summary>
    internal static string Words(Listener listener, string who, TargetGroupPlan group, string protocol) =>
        $"found {listener.Protocol}, and its {who} forwards to target group {group.Name} of protocol {protocol}: "
        + $"The listener and its associated target group '{group.Arn}' have incompatible protocols: '{listener.Protocol}' and '{protocol}' (IncompatibleProtocols)";
}
