using System.Security.Cryptography.X509Certificates;

namespace Usher.Ingress;

/// <summary>The certificate that a client showed in its handshake, and what came of verifying it.</summary>
/// <param name="Subject">Its subject, as nginx tells it.</param>
/// <param name="Issuer">Its issuer.</param>
/// <param name="Pem">The certificate.</param>
/// <param name="Error">Why it isn't verified, in OpenSSL's words; null when it is.</param>
internal sealed record ClientShown(string Subject, string Issuer, string Pem, string? Error)
{
    /// <summary>Whether <c>optional_no_ca</c> overlooks the error (nginx's ngx_ssl_verify_error_optional).</summary>
    public bool IsOverlooked { get; init; }

    /// <summary>How chains are built: only the authorities are trusted, and nothing is fetched.</summary>
    internal static X509ChainPolicy PolicyOf(ClientCertificateRule rule)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(rule.Authorities);
        return policy;
    }

    /// <summary>
    /// Why the revocation lists forbid a chain; null when they don't. As nginx has OpenSSL do it (X509_V_FLAG_CRL_CHECK_ALL, which ssl_crl sets): each certificate, the authorities too, wants a list of its issuer that holds.
    /// </summary>
    private static string? Revoked(ClientCertificateRule rule, X509Chain chain)
    {
        if (rule.RevocationLists.IsEmpty) return null;
        var now = new DateTimeOffset(chain.ChainPolicy.VerificationTime);
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            var issuer = chain.ChainElements[Math.Min(i + 1, chain.ChainElements.Count - 1)].Certificate;
            // The newest, of several.
            if (rule.RevocationLists.Where(l => l.IsOf(certificate)).MaxBy(l => l.ThisUpdate) is not { } list) return "unable to get certificate CRL";
            if (!list.IsSignedBy(issuer)) return "CRL signature failure";
            if (list.ThisUpdate > now) return "CRL is not yet valid";
            if (list.NextUpdate < now) return "CRL has expired";
            if (list.Has(certificate)) return "certificate revoked";
        }

        return null;
    }

    /// <summary>Reads what was shown. A certificate is gone once its handshake is: what is told of it is read now.</summary>
    internal static ClientShown? Read(ClientCertificateRule rule, X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is not X509Certificate2 shown) return null;
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status) ?? X509ChainStatusFlags.PartialChain;
        var depth = (chain?.ChainElements.Count ?? 0) - 2;
        var (error, overlooked) = flags switch
        {
            _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) => ("certificate has expired", false),
            _ when flags.HasFlag(X509ChainStatusFlags.UntrustedRoot) => (chain!.ChainElements.Count == 1 ? "self-signed certificate" : "self-signed certificate in certificate chain", true),
            _ when flags.HasFlag(X509ChainStatusFlags.PartialChain) => ("unable to get local issuer certificate", true),
            _ when flags.HasFlag(X509ChainStatusFlags.NotSignatureValid) => ("certificate signature failure", false),
            _ when flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) => ("unsuitable certificate purpose", false),
            X509ChainStatusFlags.NoError when depth > rule.Depth => ("certificate chain too long", false),
            X509ChainStatusFlags.NoError => (Revoked(rule, chain!), false),
            _ => ("invalid certificate", false),
        };
        return new ClientShown(DistinguishedName.Of(shown.SubjectName), DistinguishedName.Of(shown.IssuerName), shown.ExportCertificatePem() + "\n", error) { IsOverlooked = overlooked };
    }
}
