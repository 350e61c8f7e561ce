using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Tests;

/// <summary>A company's own certificates: a root, an intermediate, and leaves. Made by the framework alone.</summary>
internal static class Pki
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    internal static X509Certificate2 Root { get; } = Make("CN=Corp Root", null, isAuthority: true);

    internal static X509Certificate2 Intermediate { get; } = Make("CN=Corp Issuing CA", Root, isAuthority: true);

    internal static X509Certificate2 Leaf { get; } = Make("CN=own.example.com", Intermediate, ["own.example.com", "*.own.example.com"]);

    internal static X509Certificate2 Make(
        string subject, X509Certificate2? issuer, string[]? names = null, string algorithm = "EC_prime256v1", bool isAuthority = false, int fromDay = -2, int toDay = 300)
    {
        using AsymmetricAlgorithm key = algorithm switch
        {
            "EC_prime256v1" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "EC_secp384r1" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "EC_secp521r1" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            "EC_secp256k1" => ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1")),
            _ => RSA.Create(int.Parse(algorithm[4..], null)),
        };
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (names is not null)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
                else alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (issuer is null) return request.CreateSelfSigned(Now.AddDays(fromDay), Now.AddDays(toDay));
        using var signed = request.Create(
            issuer.SubjectName, Generator(issuer), Now.AddDays(fromDay), Now.AddDays(toDay), RandomNumberGenerator.GetBytes(8));
        return key is RSA own ? signed.CopyWithPrivateKey(own) : signed.CopyWithPrivateKey((ECDsa)key);
    }

    private static X509SignatureGenerator Generator(X509Certificate2 issuer) => issuer.GetECDsaPrivateKey() is { } key
        ? X509SignatureGenerator.CreateForECDsa(key) : X509SignatureGenerator.CreateForRSA(issuer.GetRSAPrivateKey()!, RSASignaturePadding.Pkcs1);

    internal static string Pem(params X509Certificate2[] certificates) => string.Concat(certificates.Select(c => c.ExportCertificatePem() + "\n"));

    internal static string Key(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
