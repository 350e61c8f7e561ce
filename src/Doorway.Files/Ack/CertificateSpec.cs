namespace Usher.Doorway.Files.Ack;

/// <summary><c>Certificate.spec</c> of acm.services.k8s.aws/v1alpha1.</summary>
internal sealed class CertificateSpec
{
    public string? DomainName { get; set; }

    public List<string>? SubjectAlternativeNames { get; set; }

    public string? KeyAlgorithm { get; set; }

    public List<DomainValidationOption>? DomainValidationOptions { get; set; }

    public CertificateOptions? Options { get; set; }

    public List<AckTag>? Tags { get; set; }

    public SecretKeyReference? Certificate { get; set; }

    public string? CertificateARN { get; set; }

    public string? CertificateAuthorityARN { get; set; }

    public AckReference? CertificateAuthorityRef { get; set; }

    public SecretKeyReference? CertificateChain { get; set; }

    public SecretKeyReference? ExportTo { get; set; }

    public SecretKeyReference? PrivateKey { get; set; }
}

internal sealed class DomainValidationOption
{
    public string? DomainName { get; set; }

    public string? ValidationDomain { get; set; }
}

internal sealed class CertificateOptions
{
    public string? CertificateTransparencyLoggingPreference { get; set; }

    public string? Export { get; set; }
}

internal sealed class SecretKeyReference
{
    public string? Key { get; set; }

    public string? Name { get; set; }

    public string? Namespace { get; set; }
}
