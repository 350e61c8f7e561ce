using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's Certificate → <see cref="Certificate"/>. The names and the key algorithm are checked by the certificates' hop.</summary>
internal static class CertificateMapping
{
    internal static Certificate? Map(AckManifest manifest, CertificateSpec spec, AwsScope scope)
    {
        const string import = "importing a certificate isn't supported; give domainName, and one is issued";
        manifest.Refuse("spec.certificate", spec.Certificate is not null, import);
        manifest.Refuse("spec.certificateARN", spec.CertificateARN is not null, import);
        manifest.Refuse("spec.certificateChain", spec.CertificateChain is not null, import);
        manifest.Refuse("spec.privateKey", spec.PrivateKey is not null, import);
        const string authority = "a private CA of ACM isn't supported; take the field away, and the certificate is issued by Usher's own";
        manifest.Refuse("spec.certificateAuthorityARN", spec.CertificateAuthorityARN is not null, authority);
        manifest.Refuse("spec.certificateAuthorityRef", spec.CertificateAuthorityRef is not null, authority);
        manifest.Refuse("spec.exportTo", spec.ExportTo is not null, "exporting a certificate isn't supported; take the field away");
        if (manifest.IsWrong) return null;
        var domain = manifest.Required("spec.domainName", spec.DomainName, "the first name on the certificate");
        return manifest.IsWrong ? null : new Certificate
        {
            CertificateArn = AwsNames.CertificateArn(scope, manifest.Key.Name),
            DomainName = domain,
            SubjectAlternativeNames = spec.SubjectAlternativeNames ?? [],
            KeyAlgorithm = spec.KeyAlgorithm ?? "RSA_2048",
        };
    }
}
