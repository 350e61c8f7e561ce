using System.Collections.Frozen;
using System.Security.Cryptography;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>
/// A key algorithm that ACM issues public certificates with: 2048-bit RSA, 256-bit ECDSA or 384-bit ECDSA
/// (ACM User Guide, AWS Certificate Manager public certificates).
/// </summary>
/// <param name="Name">As the ACM API spells it.</param>
/// <param name="Keys">Its family.</param>
/// <param name="Bits">The key's length.</param>
internal sealed record KeyAlgorithm(string Name, CertificateKeys Keys, int Bits)
{
    internal static FrozenDictionary<string, KeyAlgorithm> Allowed { get; } = new KeyAlgorithm[]
    {
        new("RSA_2048", CertificateKeys.Rsa, 2048),
        new("EC_prime256v1", CertificateKeys.Ecdsa, 256),
        new("EC_secp384r1", CertificateKeys.Ecdsa, 384),
    }.ToFrozenDictionary(a => a.Name);

    /// <summary><c>RSA</c>, <c>ECDSA</c>.</summary>
    internal string Family => Keys == CertificateKeys.Ecdsa ? "ECDSA" : "RSA";

    /// <summary><c>RSA 2048</c>, <c>ECDSA 256</c>.</summary>
    internal string Words => $"{Family} {Bits}";

    /// <summary>A fresh key. RSA costs tens to hundreds of milliseconds.</summary>
    internal AsymmetricAlgorithm NewKey() =>
        Keys == CertificateKeys.Ecdsa
            ? ECDsa.Create(Bits == 256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384)
            : RSA.Create(Bits);
}
