using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Usher.Model.Journeys;
using Usher.Seam;

namespace Usher.LoadBalancer;

/// <summary>The end of TLS at an HTTPS listener: the certificate that hop 2 chooses, by the security policy of the running generation's listener.</summary>
internal sealed class ListenerTls(IPEndPoint bound, ListenerParts parts) : IHttpTlsEnd
{
    /// <summary>What every listener that speaks TLS says of handshakes that fail.</summary>
    internal const string VersionsAre = "the listener's are those of spec.sslPolicy";

    /// <summary>The same.</summary>
    internal const string TrustTheRoad = "Let it trust the road's CA: usher ca trust, or usher ca export";

    /// <summary>The same.</summary>
    internal const string TrustItsOwn = "For the road's own CA: usher ca trust";

    public Hop Hop => Hop.Tls;

    public TimeSpan HandshakeLimit { get; } = TimeSpan.FromSeconds(10);

    public IHttpHop Plain { get; } = new PlainHttpHop(parts.Service);

    public HandshakeWords Words { get; } = new()
    {
        Server = "listener",
        Port = "an HTTPS listener",
        Versions = VersionsAre,
        Distrusted = TrustTheRoad,
        Refused = TrustItsOwn,
    };

    /// <summary>A method's first letter; anything else that isn't TLS fails as a handshake.</summary>
    public bool IsPlain(byte first) => first is >= (byte)'A' and <= (byte)'Z';

    public SslServerAuthenticationOptions Choose(PeekedHello hello, HandshakeRecord record)
    {
        var generation = parts.Seam.Generations.Current;
        var listener = generation.Find<LoadBalancerSnapshot>()?.ListenerAt(bound) ?? throw new AuthenticationException($"no listener at {bound}");
        var choice = parts.Certificates.Choose(generation, listener.Arn, record.ServerName, ClientOffers.Keys(hello.Hello, listener.Tls!.Protocols));
        record.Decision = choice.Decision;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = choice.Context ?? throw new AuthenticationException($"listener {listener.Label} has no certificate"),
            EnabledSslProtocols = listener.Tls!.Protocols,
            ApplicationProtocols = ClientOffers.Protocols(hello.Hello, listener.Attributes.Http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11]),
        };
    }
}
