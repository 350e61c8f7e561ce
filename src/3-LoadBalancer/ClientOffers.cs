using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Contracts;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What a listener can make of a ClientHello.</summary>
internal static class ClientOffers
{
    /// <summary>The kinds of keys that the client can verify at a listener with these protocols; any, when nobody could read its hello.</summary>
    internal static CertificateKeys Keys(ClientHello? hello, SslProtocols spoken)
    {
        if (hello is null) return CertificateKeys.Any;
        var tls13 = spoken.HasFlag(SslProtocols.Tls13) && hello.Offers(ClientHello.Tls13);
        var accepted = hello.TakesRsa(tls13) ? CertificateKeys.Rsa : CertificateKeys.None;
        if (hello.TakesEcdsa(tls13, ClientHello.P256)) accepted |= CertificateKeys.EcdsaP256;
        if (hello.TakesEcdsa(tls13, ClientHello.P384)) accepted |= CertificateKeys.EcdsaP384;
        if (hello.TakesEcdsa(tls13, ClientHello.P521)) accepted |= CertificateKeys.EcdsaP521;
        return accepted;
    }

    /// <summary>
    /// The protocols to negotiate by ALPN; none with a client that offers others only, and the handshake goes on without. NLB user guide, TLS listeners, ALPN policies: "Otherwise, the load balancer does not use ALPN".
    /// For an ALB AWS's pages don't say; s2n-tls does the same (s2n_client_alpn.c), which AWS's load balancers are made with, and curl --http1.0 (<c>http/1.0</c> alone) then speaks HTTP/1. OpenSSL would end the
    /// handshake with the alert of RFC 7301 section 3.2.
    /// </summary>
    /// <param name="hello">What the client sent.</param>
    /// <param name="spoken">What is spoken here, the most wanted first.</param>
    internal static List<SslApplicationProtocol> Protocols(ClientHello? hello, List<SslApplicationProtocol> spoken) =>
        hello is { ApplicationProtocols: { IsEmpty: false } offered } && !spoken.Exists(p => offered.Contains(p.ToString())) ? [] : spoken;
}
