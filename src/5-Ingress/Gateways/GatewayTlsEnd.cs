using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>TLS at a Gateway's port: the client's server name chooses the listener, and with it the certificate, or that the connection is relayed, decrypted or as it came.</summary>
internal sealed class GatewayTlsEnd(IPEndPoint bound, GatewayService service, GatewayFronts fronts, IGenerationSource generations) : IMixedTlsEnd
{
    public Hop Hop => Hop.Ingress;

    public TimeSpan HandshakeLimit { get; } = TimeSpan.FromSeconds(10);

    public IHttpHop Plain { get; } = new PlainOnTls(service);

    public HandshakeWords Words { get; } = new()
    {
        Server = "Gateway",
        Port = "a port whose listeners have protocol HTTPS or TLS",
        Versions = "the Gateway's are 1.2 and 1.3",
        Distrusted = "Let it trust the CA, or name a Secret in the listener's tls.certificateRefs whose certificate it trusts",
        Refused = "Look at the certificate that the listener chose, and at why",
    };

    public SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record)
    {
        var port = PortIn(generations.Current) ?? throw new AuthenticationException($"no Gateway listens at {bound} any more");
        var shown = GatewayCertificate.For(port, record.ServerName) ?? throw new AuthenticationException(GatewayMismatch.NoListener(port, record.ServerName));
        record.Decision = shown;
        var tls = shown.Listener.Tls ?? throw new AuthenticationException($"{shown.Listener.Label} ends no TLS any more");
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = tls.ContextFor(record.ServerName),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            // What is relayed speaks what client and backend agree on.
            ApplicationProtocols = shown.Listener.Kind == ListenerKind.Http ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : null,
        };
        if (tls.ClientRoots.Count == 0 && !tls.InsecureFallback) return options;
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = Policy(tls.ClientRoots);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None || tls.InsecureFallback) return true;
            record.Outcome = "ingress.tls.client-certificate";
            record.Failure = GatewayMismatch.ClientCertificate(port, certificate, chain);
            return false;
        };
        return options;
    }

    public RelayedTls? Relays(PeekedHello hello, Generation generation) =>
        PortIn(generation) is { } port && GatewayCertificate.ListenerOf(port, hello.Hello?.ServerName) is { Kind: ListenerKind.Stream or ListenerKind.Passthrough } listener
            ? new RelayedTls(() => fronts.Decide(generation, port, hello.Hello?.ServerName), listener.Kind == ListenerKind.Stream)
            : null;

    public UpstreamTls? Towards(IDecision decision, string? alpn) => GatewayEncryption.Of(decision, alpn);

    private GatewayPort? PortIn(Generation generation) => generation.Find<GatewaySnapshot>()?.PortAt(bound);

    private static X509ChainPolicy Policy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    /// <summary>Plain HTTP at a port that speaks TLS: 400.</summary>
    private sealed class PlainOnTls(GatewayService service) : IHttpHop
    {
        public Hop Hop => Hop.Ingress;

        public ValueTask ServeAsync(RequestPassage passage)
        {
            JourneyHeader.Read(passage);
            return GatewayReply.AnswerAsync(passage, 400, [], GatewayMismatch.PlainOutcome, GatewayMismatch.PlainProblem);
        }

        public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => service.RejectAsync(passage, rejection);
    }
}
