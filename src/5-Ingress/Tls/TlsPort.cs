using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>The end of TLS at a controller pod's HTTPS port: the certificate of the server that the client names, by the running generation's Ingresses.</summary>
internal sealed class TlsPort(IPEndPoint bound, IngressService service, IGenerationSource generations) : IMixedTlsEnd
{
    /// <summary>nginx's <c>NGX_HTTP_ALPN_PROTOS</c>. A client that offers none of them, nor HTTP/2, gets the alert <c>no_application_protocol</c> (since nginx 1.21.4).</summary>
    private static readonly SslApplicationProtocol[] Http1 = [SslApplicationProtocol.Http11, new("http/1.0"), new("http/0.9")];

    public Hop Hop => Hop.Ingress;

    /// <summary><c>client_header_timeout</c>.</summary>
    public TimeSpan HandshakeLimit { get; } = TimeSpan.FromSeconds(60);

    public IHttpHop Plain { get; } = new PlainOnHttps(service);

    public HandshakeWords Words { get; } = new()
    {
        Server = "ingress controller",
        Port = "the controller's HTTPS port",
        Versions = "the controller's are those of ssl-protocols in its ConfigMap",
        Distrusted = "Let it trust the CA, or name a Secret in the Ingress's spec.tls whose certificate it trusts",
        Refused = "Look at the certificate that the controller chose, and at why",
    };

    public SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record)
    {
        var controller = generations.Current.Find<IngressSnapshot>()?.ControllerAt(bound) ?? throw new AuthenticationException($"no ingress controller at {bound}");
        var shown = new ShownCertificate(controller, record.ServerName);
        record.Decision = shown;
        var rule = shown.ClientRule is { Mode: not VerifyClient.Off } asks ? asks : null;
        return new SslServerAuthenticationOptions
        {
            // Whoever shows none, or one that isn't trusted, is answered: the handshake is done all the same, as nginx does it.
            ClientCertificateRequired = rule is not null,
            CertificateChainPolicy = rule is null ? null : ClientShown.PolicyOf(rule),
            AllowTlsResume = rule is null,
            RemoteCertificateValidationCallback = rule is null ? null : (_, certificate, chain, _) => shown.Take(rule, certificate, chain),
            ServerCertificateContext = shown.Context,
            EnabledSslProtocols = controller.Config.SslProtocols,
            ApplicationProtocols = controller.Config.Http2 ? [SslApplicationProtocol.Http2, .. Http1] : [.. Http1],
        };
    }

    public RelayedTls? Relays(PeekedHello hello, Generation generation) =>
        generation.Find<IngressSnapshot>()?.ControllerAt(bound) is { } controller && PassedThrough.For(controller, hello.Hello?.ServerName, backend => service.IsReady(generation, backend)) is { } passed
            ? new RelayedTls(passed.Front, Ends: false)
            : null;

    /// <summary>Nothing is encrypted again: what is passed through was never decrypted.</summary>
    public UpstreamTls? Towards(IDecision decision, string? alpn) => null;

    /// <summary>nginx's answer to plain HTTP at its HTTPS port (its code 497).</summary>
    private sealed class PlainOnHttps(IngressService service) : IHttpHop
    {
        private const string What = "The plain HTTP request was sent to HTTPS port";

        public Hop Hop => Hop.Ingress;

        public ValueTask ServeAsync(RequestPassage passage)
        {
            JourneyHeader.Read(passage);
            return passage.AnswerAsync(
                400, [new("Content-Type", "text/html")], NginxPage.BadRequest(What, What), WrongProtocol.PlainOutcome, WrongProtocol.PlainProblem, NginxPage.Phrase(400));
        }

        public ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection) => service.RejectAsync(passage, rejection);
    }
}
