using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>
/// ACK's Certificate → <see cref="Certificate"/>, requested or imported. The names, the key algorithm and what is imported are checked by the certificates' hop.
/// </summary>
internal static class CertificateMapping
{
    internal static Certificate? Map(AckManifest manifest, CertificateSpec spec, AwsScope scope)
    {
        const string authority = "a private CA of ACM isn't supported; take the field away, and the certificate is issued by Usher's own";
        manifest.Refuse("spec.certificateAuthorityARN", spec.CertificateAuthorityARN is not null, authority);
        manifest.Refuse("spec.certificateAuthorityRef", spec.CertificateAuthorityRef is not null, authority);
        manifest.Refuse("spec.exportTo", spec.ExportTo is not null, "exporting a certificate isn't supported; take the field away");
        manifest.Refuse("spec.certificateARN", spec.CertificateARN is not null, "importing over another certificate isn't supported; change the Secret, and it is imported again");
        var import = spec.Certificate is null ? null : Import(manifest, spec);
        if (spec.Certificate is null)
        {
            const string alone = "is for importing, which spec.certificate does; give that too, or take the field away";
            manifest.Refuse("spec.privateKey", spec.PrivateKey is not null, alone);
            manifest.Refuse("spec.certificateChain", spec.CertificateChain is not null, alone);
        }

        if (manifest.IsWrong) return null;
        if (import is not null) return new Certificate { CertificateArn = AwsNames.CertificateArn(scope, manifest.Key.Name), DomainName = "", Import = import };
        var domain = manifest.Required("spec.domainName", spec.DomainName, "the first name on the certificate (or spec.certificate and spec.privateKey, to import one)");
        return manifest.IsWrong ? null : new Certificate
        {
            CertificateArn = AwsNames.CertificateArn(scope, manifest.Key.Name),
            DomainName = domain,
            SubjectAlternativeNames = spec.SubjectAlternativeNames ?? [],
            KeyAlgorithm = spec.KeyAlgorithm ?? "RSA_2048",
        };
    }

    /// <summary>ACK imports when <c>certificate</c> is given, and refuses the fields of a request then.</summary>
    private static CertificateImport? Import(AckManifest manifest, CertificateSpec spec)
    {
        const string request = "is for requesting a certificate, and spec.certificate imports one; ACK takes one or the other: take this field away";
        manifest.Refuse("spec.domainName", spec.DomainName is not null, request);
        manifest.Refuse("spec.subjectAlternativeNames", spec.SubjectAlternativeNames is { Count: > 0 }, request);
        manifest.Refuse("spec.domainValidationOptions", spec.DomainValidationOptions is { Count: > 0 }, request);
        manifest.Refuse("spec.keyAlgorithm", spec.KeyAlgorithm is not null, request);
        manifest.Refuse("spec.options", spec.Options is not null, request);
        var certificate = Reference(manifest, "spec.certificate", spec.Certificate!);
        if (spec.PrivateKey is null)
        {
            manifest.Error("spec.privateKey", "is required to import a certificate: { name: SECRET, key: KEY }");
            return null;
        }

        var key = Reference(manifest, "spec.privateKey", spec.PrivateKey);
        return new CertificateImport(certificate, key, spec.CertificateChain is { } chain ? Reference(manifest, "spec.certificateChain", chain) : null);
    }

    private static SecretReference Reference(AckManifest manifest, string field, SecretKeyReference reference) => new(
        reference.Namespace is { Length: > 0 } ns ? ns : manifest.Key.Namespace,
        manifest.Required($"{field}.name", reference.Name, "the Secret's name"),
        manifest.Required($"{field}.key", reference.Key, "a key in the Secret's data"));
}
