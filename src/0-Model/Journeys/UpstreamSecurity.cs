namespace Usher.Model.Journeys;

/// <summary>How a hop's connection to its upstream is secured, as it was negotiated when the connection was opened.</summary>
public sealed record UpstreamSecurity
{
    /// <summary><c>TLSv1.3</c> or <c>TLSv1.2</c>; null if the handshake failed.</summary>
    public string? Version { get; init; }

    /// <summary>The cipher suite's IANA name; null if the handshake failed.</summary>
    public string? Cipher { get; init; }

    /// <summary>The protocol that the upstream chose by ALPN, or null.</summary>
    public string? Alpn { get; init; }

    /// <summary>The name sent as server name indication; null when none was sent.</summary>
    public string? ServerName { get; init; }

    /// <summary>The subject of the certificate that the upstream showed; null when it showed none.</summary>
    public string? Subject { get; init; }

    /// <summary>Its issuer.</summary>
    public string? Issuer { get; init; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>True when the certificate was verified and trusted; false when nobody asked, or when it was refused.</summary>
    public bool Verified { get; init; }
}
