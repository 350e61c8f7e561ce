using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>
/// A key algorithm that ACM issues public certificates with: 2048-bit RSA, 256-bit ECDSA or 384-bit ECDSA
/// (ACM User Guide, AWS Certificate Manager public certificates); or one that it imports.
/// </summary>
/// <param name="Name">As the ACM API spells it.</param>
/// <param name="Keys">Its family and curve.</param>
/// <param name="Bits">The key's length.</param>
internal sealed record KeyAlgorithm(string Name, CertificateKeys Keys, int Bits)
{
    internal static FrozenDictionary<string, KeyAlgorithm> Allowed { get; } = new KeyAlgorithm[]
    {
        new("RSA_2048", CertificateKeys.Rsa, 2048),
        new("EC_prime256v1", CertificateKeys.EcdsaP256, 256),
        new("EC_secp384r1", CertificateKeys.EcdsaP384, 384),
    }.ToFrozenDictionary(a => a.Name);

    /// <summary>Those that ACM imports (ACM User Guide, "Prerequisites for importing ACM certificates"); an Application Load Balancer takes all of them.</summary>
    internal static FrozenDictionary<string, KeyAlgorithm> Imported { get; } = new KeyAlgorithm[]
    {
        new("RSA_1024", CertificateKeys.Rsa, 1024),
        new("RSA_3072", CertificateKeys.Rsa, 3072),
        new("RSA_4096", CertificateKeys.Rsa, 4096),
        new("EC_secp521r1", CertificateKeys.EcdsaP521, 521),
    }.Concat(Allowed.Values).ToFrozenDictionary(a => a.Name);

    /// <summary>The algorithm of a certificate's key; null when ACM imports no such key.</summary>
    internal static KeyAlgorithm? Of(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return Imported.GetValueOrDefault($"RSA_{rsa.KeySize}");
        using var ecdsa = certificate.GetECDsaPublicKey();
        var curve = ecdsa?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value;
        return curve switch
        {
            "1.2.840.10045.3.1.7" => Imported["EC_prime256v1"],
            "1.3.132.0.34" => Imported["EC_secp384r1"],
            "1.3.132.0.35" => Imported["EC_secp521r1"],
            _ => null,
        };
    }

    /// <summary><c>RSA</c>, <c>ECDSA</c>.</summary>
    internal string Family => IsEcdsa ? "ECDSA" : "RSA";

    internal bool IsEcdsa => Keys != CertificateKeys.Rsa;

    /// <summary><c>RSA 2048</c>, <c>ECDSA 256</c>.</summary>
    internal string Words => $"{Family} {Bits}";

    /// <summary>A fresh key. RSA costs tens to hundreds of milliseconds.</summary>
    internal AsymmetricAlgorithm NewKey() =>
        IsEcdsa
            ? ECDsa.Create(Bits == 256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384)
            : RSA.Create(Bits);
}
