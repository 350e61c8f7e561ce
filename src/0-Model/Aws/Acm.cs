namespace Usher.Model.Aws;

/// <summary>A certificate of ACM: requested with DNS validation (<c>RequestCertificate</c>), or one's own (<c>ImportCertificate</c>).</summary>
public sealed record Certificate
{
    /// <summary>Its ARN.</summary>
    public required string CertificateArn { get; init; }

    /// <summary>The first name on the certificate; at most 64 characters; a wildcard covers one label. Empty for an imported one, which says its names itself.</summary>
    public required string DomainName { get; init; }

    /// <summary>Further names.</summary>
    public IReadOnlyList<string> SubjectAlternativeNames { get; init; } = [];

    /// <summary><c>RSA_2048</c> (ACM's default) or <c>EC_prime256v1</c>, as the ACM API spells them.</summary>
    public string KeyAlgorithm { get; init; } = "RSA_2048";

    /// <summary>What is imported; null for a certificate that is requested.</summary>
    public CertificateImport? Import { get; init; }

    /// <summary>Whether the account has it issued already, so that nothing on this road proves control of its names.</summary>
    public bool IsThere { get; init; }

    /// <summary>Every name that is asked for, each once, the domain name first.</summary>
    public IEnumerable<string> Names => new[] { DomainName }.Concat(SubjectAlternativeNames).Distinct(StringComparer.OrdinalIgnoreCase);
}

/// <summary>One's own certificate, given to ACM (<c>ImportCertificate</c>), as references to the values of Secrets.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="PrivateKey">Its key.</param>
/// <param name="CertificateChain">The certificates that vouch for it; null for a self-signed one.</param>
public sealed record CertificateImport(SecretReference Certificate, SecretReference PrivateKey, SecretReference? CertificateChain);

/// <summary>A value of a Secret (ACK's <c>SecretKeyReference</c>).</summary>
/// <param name="Namespace">The Secret's namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Key">The key in its data.</param>
public sealed record SecretReference(string Namespace, string Name, string Key);
