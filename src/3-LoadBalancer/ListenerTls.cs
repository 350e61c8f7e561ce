using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>The end of TLS at an HTTPS listener: the certificate that hop 2 chooses, by the security policy of the running generation's listener.</summary>
internal sealed class ListenerTls(IPEndPoint bound, ListenerParts parts) : ITlsEnd
{
    public Hop Hop => Hop.Tls;

    public TimeSpan HandshakeLimit { get; } = TimeSpan.FromSeconds(10);

    public IHttpHop Plain { get; } = new PlainHttpHop(parts.Service);

    public HandshakeWords Words { get; } = new()
    {
        Server = "listener",
        Port = "an HTTPS listener",
        Versions = "the listener's are those of spec.sslPolicy",
        Distrusted = "Let it trust the road's CA: usher ca trust, or usher ca export",
        Refused = "For the road's own CA: usher ca trust",
    };

    /// <summary>A method's first letter; anything else that isn't TLS fails as a handshake.</summary>
    public bool IsPlain(byte first) => first is >= (byte)'A' and <= (byte)'Z';

    public SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record)
    {
        var generation = parts.Seam.Generations.Current;
        var listener = generation.Find<LoadBalancerSnapshot>()?.ListenerAt(bound) ?? throw new AuthenticationException($"no listener at {bound}");
        var choice = parts.Certificates.Choose(generation, listener.Arn, record.ServerName, Accepted(hello.Hello, listener.Tls!.Protocols));
        record.Decision = choice.Decision;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = choice.Context ?? throw new AuthenticationException($"listener {listener.Label} has no certificate"),
            EnabledSslProtocols = listener.Tls!.Protocols,
            ApplicationProtocols = Shared(hello.Hello, listener.Attributes.Http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11]),
        };
    }

    /// <summary>
    /// The protocols to negotiate; none with a client that offers others only (curl --http1.0 offers <c>http/1.0</c>). The handshake goes on without, and HTTP/1 is spoken, as s2n-tls does it, which AWS's load balancers
    /// are made with (s2n_client_alpn.c); OpenSSL would end it with the alert of RFC 7301 section 3.2.
    /// </summary>
    private static List<SslApplicationProtocol> Shared(ClientHello? hello, List<SslApplicationProtocol> spoken) =>
        hello is { ApplicationProtocols: { IsEmpty: false } offered } && !spoken.Exists(p => offered.Contains(p.ToString())) ? [] : spoken;

    /// <summary>The kinds of keys that the client can verify at a listener with these protocols; any, when nobody could read its hello.</summary>
    private static CertificateKeys Accepted(ClientHello? hello, SslProtocols offered)
    {
        if (hello is null) return CertificateKeys.Any;
        var tls13 = offered.HasFlag(SslProtocols.Tls13) && hello.Offers(ClientHello.Tls13);
        var accepted = hello.TakesRsa(tls13) ? CertificateKeys.Rsa : CertificateKeys.None;
        if (hello.TakesEcdsa(tls13, ClientHello.P256)) accepted |= CertificateKeys.EcdsaP256;
        if (hello.TakesEcdsa(tls13, ClientHello.P384)) accepted |= CertificateKeys.EcdsaP384;
        if (hello.TakesEcdsa(tls13, ClientHello.P521)) accepted |= CertificateKeys.EcdsaP521;
        return accepted;
    }
}
