using System.Security.Authentication;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// How an ALB speaks TLS to the targets of an HTTPS group. It takes any certificate, an expired or self-signed one included, and can't be told to
/// validate; it sends no server name (ALB user guide, Target groups, Routing configuration; what targets that route by server name report of ALBs).
/// </summary>
internal static class TargetTls
{
    private static readonly UpstreamTls Tls12 = new() { Protocols = SslProtocols.Tls12 };
    private static readonly UpstreamTls Tls13 = new() { Protocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
    private static readonly UpstreamTls Tls12ForHttp2 = Tls12 with { ApplicationProtocol = "h2" };
    private static readonly UpstreamTls Tls13ForHttp2 = Tls13 with { ApplicationProtocol = "h2" };

    /// <summary>What connections of a listener to this group's targets are secured with; null for a group that is HTTP.</summary>
    internal static UpstreamTls? Of(TargetGroupPlan group, ListenerPlan listener) => !group.Https ? null : Of(OffersTls13(listener), group.Version);

    /// <summary>The same for health checks, whose own limit covers the handshake.</summary>
    internal static UpstreamTls ForChecks(ListenerPlan? listener, ProtocolVersion version) =>
        Of(listener is null || OffersTls13(listener), version) with { HandshakeTimeout = Timeout.InfiniteTimeSpan };

    /// <summary>
    /// The policy towards targets: <c>ELBSecurityPolicy-TLS13-1-0-2021-06</c> where the listener's own policy has TLS 1.3, else
    /// <c>ELBSecurityPolicy-2016-08</c> (ALB user guide, HTTPS listeners, Security policies).
    /// </summary>
    internal static string Policy(ListenerPlan listener) => OffersTls13(listener) ? "ELBSecurityPolicy-TLS13-1-0-2021-06" : "ELBSecurityPolicy-2016-08";

    private static UpstreamTls Of(bool tls13, ProtocolVersion version) =>
        version == ProtocolVersion.Http1 ? tls13 ? Tls13 : Tls12 : tls13 ? Tls13ForHttp2 : Tls12ForHttp2;

    private static bool OffersTls13(ListenerPlan listener) => listener.Tls?.Protocols.HasFlag(SslProtocols.Tls13) == true;
}
