namespace Usher.Model.Aws;

/// <summary>A certificate requested from ACM with DNS validation (<c>RequestCertificate</c>).</summary>
public sealed record Certificate
{
    /// <summary>Its ARN.</summary>
    public required string CertificateArn { get; init; }

    /// <summary>The first name on the certificate; at most 64 characters; a wildcard covers one label.</summary>
    public required string DomainName { get; init; }

    /// <summary>Further names.</summary>
    public IReadOnlyList<string> SubjectAlternativeNames { get; init; } = [];

    /// <summary><c>RSA_2048</c> (ACM's default) or <c>EC_prime256v1</c>, as the ACM API spells them.</summary>
    public string KeyAlgorithm { get; init; } = "RSA_2048";

    /// <summary>Every name, each once, the domain name first.</summary>
    public IEnumerable<string> Names => new[] { DomainName }.Concat(SubjectAlternativeNames).Distinct(StringComparer.OrdinalIgnoreCase);
}
