using System.Security.Authentication;
using System.Text.Json.Nodes;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// How an ALB speaks TLS to the targets of an HTTPS group, and an NLB to those of a TLS group. It takes any certificate, an expired or self-signed one included, and can't be told to
/// validate; it sends no server name (ALB user guide, Target groups, Routing configuration; what targets that route by server name report of ALBs).
/// </summary>
internal static class TargetTls
{
    private static readonly UpstreamTls Tls12 = new() { Protocols = SslProtocols.Tls12 };
    private static readonly UpstreamTls Tls13 = new() { Protocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
    private static readonly UpstreamTls Tls12ForHttp2 = Tls12 with { ApplicationProtocol = "h2" };
    private static readonly UpstreamTls Tls13ForHttp2 = Tls13 with { ApplicationProtocol = "h2" };

    /// <summary>What connections of a listener to this group's targets are secured with; null for a group that is HTTP.</summary>
    internal static UpstreamTls? Of(TargetGroupPlan group, ListenerPlan listener) => !group.Https ? null : Of(OffersTls13(listener.Tls), group.Version);

    /// <summary>What a Network Load Balancer's connections are secured with, by the policy of its TLS listener; which protocol they offer is the connection's own matter.</summary>
    internal static UpstreamTls Of(TlsPolicy listener) => OffersTls13(listener) ? Tls13 : Tls12;

    /// <summary>The same for health checks, whose own limit covers the handshake.</summary>
    internal static UpstreamTls ForChecks(ListenerPlan? listener, ProtocolVersion version) =>
        Of(listener is null || OffersTls13(listener.Tls), version) with { HandshakeTimeout = Timeout.InfiniteTimeSpan };

    /// <summary>
    /// The policy towards targets: <c>ELBSecurityPolicy-TLS13-1-0-2021-06</c> where the listener's own policy has TLS 1.3, else
    /// <c>ELBSecurityPolicy-2016-08</c> (ALB user guide, HTTPS listeners, Security policies; an NLB's pages say the same of its TLS target groups).
    /// </summary>
    private static string Policy(TlsPolicy? listener) => OffersTls13(listener) ? "ELBSecurityPolicy-TLS13-1-0-2021-06" : "ELBSecurityPolicy-2016-08";

    /// <summary>Adds to facts how targets are spoken to.</summary>
    internal static void AddTo(JsonObject told, string protocol, TlsPolicy? listener)
    {
        told["targetProtocol"] = protocol;
        told["targetTlsPolicy"] = Policy(listener);
        told["targetCertificate"] = $"any is taken: an {(protocol == "TLS" ? "NLB" : "ALB")} doesn't validate a target's certificate, and sends no server name";
    }

    private static UpstreamTls Of(bool tls13, ProtocolVersion version) =>
        version == ProtocolVersion.Http1 ? tls13 ? Tls13 : Tls12 : tls13 ? Tls13ForHttp2 : Tls12ForHttp2;

    private static bool OffersTls13(TlsPolicy? listener) => listener?.Protocols.HasFlag(SslProtocols.Tls13) == true;
}
