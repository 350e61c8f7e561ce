namespace Usher.Seam;

/// <summary>What hops say differently of handshakes that fail at their ports.</summary>
public sealed record HandshakeWords
{
    /// <summary>Who serves: <c>listener</c>.</summary>
    public required string Server { get; init; }

    /// <summary>Where that speaks TLS: <c>an HTTPS listener</c>.</summary>
    public required string Port { get; init; }

    /// <summary>Where its TLS versions are written, as a clause.</summary>
    public required string Versions { get; init; }

    /// <summary>The way out for a client that doesn't trust the CA, as a sentence.</summary>
    public required string Distrusted { get; init; }

    /// <summary>The way out for a client that refused the certificate for whatever reason, as a sentence.</summary>
    public required string Refused { get; init; }
}
