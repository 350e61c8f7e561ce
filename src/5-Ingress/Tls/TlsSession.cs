namespace Usher.Ingress;

/// <summary>What a client's connection to the HTTPS port negotiated. Kept among the connection's features, and told by the decisions of its requests.</summary>
internal sealed class TlsSession
{
    /// <summary>The name in the ClientHello's SNI; null when the client sent none.</summary>
    internal string? ServerName { get; set; }

    /// <summary>The certificate that was shown.</summary>
    internal CertificatePlan? Certificate { get; set; }

    /// <summary>Why that one.</summary>
    internal string Why { get; set; } = "";

    /// <summary><c>TLSv1.3</c> or <c>TLSv1.2</c>.</summary>
    internal string? Version { get; set; }

    /// <summary>The cipher suite's IANA name.</summary>
    internal string? Cipher { get; set; }
}
