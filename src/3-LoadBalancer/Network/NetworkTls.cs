using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// The end of TLS at a Network Load Balancer's TLS listener: the certificate that hop 2 chooses, by the security policy of the running generation's listener; what was decrypted goes on in the plain to a TCP target group, and
/// encrypted again to a TLS one. Whether the listener is one of TLS is asked of each connection's generation, so a listener that becomes one, or no longer is, keeps its front.
/// </summary>
internal sealed class NetworkTls(IPEndPoint bound, ICertificateChooser certificates, IGenerationSource generations) : IRelayTlsEnd
{
    public Hop Hop => Hop.Tls;

    public TimeSpan HandshakeLimit { get; } = TimeSpan.FromSeconds(10);

    public HandshakeWords Words { get; } = new()
    {
        Server = "listener",
        Port = "a TLS listener",
        Versions = ListenerTls.VersionsAre,
        Distrusted = ListenerTls.TrustTheRoad,
        Refused = ListenerTls.TrustItsOwn,
    };

    public bool Ends(Generation generation) => ListenerOf(generation)?.Tls is not null;

    public SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record)
    {
        var generation = generations.Current;
        var (listener, policy) = ListenerOf(generation) is { Tls: { } tls } found ? (found, tls) : throw new AuthenticationException($"no TLS listener at {bound}");
        var choice = certificates.Choose(generation, listener.Arn, record.ServerName, ClientOffers.Keys(hello.Hello, policy.Protocols));
        record.Decision = choice.Decision;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = choice.Context ?? throw new AuthenticationException($"listener {listener.Label} has no certificate"),
            EnabledSslProtocols = policy.Protocols,
            ApplicationProtocols = ClientOffers.Protocols(hello.Hello, listener.Alpn.Protocols),
        };
    }

    public UpstreamTls? Towards(IDecision decision, string? alpn) =>
        decision is NetworkDecision { Listener.Tls: { } policy, Choice.Group.Network.Protocol: NetworkProtocol.Tls } ? TargetTls.Of(policy) with { ApplicationProtocol = alpn } : null;

    private NetworkListenerPlan? ListenerOf(Generation generation) => generation.Find<LoadBalancerSnapshot>()?.NetworkListenerAt(bound);
}
