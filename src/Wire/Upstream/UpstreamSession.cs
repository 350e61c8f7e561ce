using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Wire;

/// <summary>What was negotiated on a TLS connection to an upstream. Timestamps are those of the pool's clock.</summary>
public sealed record UpstreamSession
{
    /// <summary>The settings.</summary>
    public required UpstreamTls Settings { get; init; }

    /// <summary><c>TLSv1.3</c> or <c>TLSv1.2</c>; null if the handshake failed.</summary>
    public string? Version { get; init; }

    /// <summary>The cipher suite's IANA name; null if the handshake failed.</summary>
    public string? Cipher { get; init; }

    /// <summary>The protocol that the upstream chose by ALPN, or null.</summary>
    public string? Alpn { get; init; }

    /// <summary>The subject of the certificate that the upstream showed, or null when it showed none.</summary>
    public string? PeerSubject { get; init; }

    /// <summary>Its issuer.</summary>
    public string? PeerIssuer { get; init; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? PeerNotAfter { get; init; }

    /// <summary>True when the certificate was verified and trusted; false when nobody asked, or when it is refused.</summary>
    public bool Verified { get; init; }

    /// <summary>When the handshake began: the TCP connection was there.</summary>
    public long Started { get; init; }

    /// <summary>When it was done; 0 if it failed.</summary>
    public long Done { get; init; }

    internal UpstreamSession DoneBy(SslStream stream, long now) => this with
    {
        Version = stream.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2",
        Cipher = stream.NegotiatedCipherSuite.ToString(),
        Alpn = stream.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : stream.NegotiatedApplicationProtocol.ToString(),
        Verified = Settings.Trust is not null,
        Done = now,
    };

    internal UpstreamSession Showing(X509Certificate2? certificate) => certificate is null ? this : this with
    {
        PeerSubject = certificate.Subject,
        PeerIssuer = certificate.Issuer,
        PeerNotAfter = certificate.NotAfter,
    };
}
