using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Usher.Certificates;

/// <summary>Issued certificates with their keys on disk, one file each, so that a restart serves what ran before.</summary>
internal sealed class LeafFiles(string directory, TimeProvider time, ILogger log)
{
    /// <summary>Makes the folder.</summary>
    internal void Open() => StateFiles.MakeDirectory(directory);

    /// <summary>The stored leaf, if it still says what it must, this CA signed it and it isn't due for renewal; null otherwise.</summary>
    /// <exception cref="IOException">The file can't be read, or what is damaged can't be set aside.</exception>
    internal Leaf? Read(CompiledCertificate certificate, LoadedAuthority authority)
    {
        var path = PathOf(certificate.Arn);
        if (!File.Exists(path)) return null;
        X509Certificate2 stored;
        try
        {
            var text = File.ReadAllText(path);
            stored = X509Certificate2.CreateFromPem(text, text);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            log.LeafDamaged(path, e.Message, StateFiles.SetAside(path)[0]);
            return null;
        }

        if (StateFiles.CloseToOthers(path)) log.KeyWasOpen(path);
        if (WhyNot(stored, certificate, authority) is { } why)
        {
            stored.Dispose();
            log.LeafOutdated(certificate.DomainName, path, why);
            return null;
        }

        return new Leaf(certificate.Leaf, stored, authority);
    }

    /// <summary>Stores a leaf in the place of an older one.</summary>
    internal void Write(Leaf leaf)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)leaf.Certificate.GetRSAPrivateKey() ?? leaf.Certificate.GetECDsaPrivateKey()!;
        StateFiles.Write(PathOf(leaf.Key.Arn), $"{leaf.Certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>Named by the ARN's UUID; an ARN that ends otherwise is hashed, so that no ARN names a file elsewhere.</summary>
    internal string PathOf(string arn)
    {
        var last = arn[(arn.LastIndexOf('/') + 1)..];
        var name = Guid.TryParseExact(last, "D", out var uuid)
            ? uuid.ToString("D")
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(arn)))[..32];
        return Path.Combine(directory, $"{name}.pem");
    }

    private string? WhyNot(X509Certificate2 stored, CompiledCertificate certificate, LoadedAuthority authority)
    {
        var names = stored.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
        if (!names.SequenceEqual(certificate.Names)) return "its names have changed";
        if (stored.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != certificate.DomainName) return "its domain name has changed";
        using var rsa = stored.GetRSAPublicKey();
        using var ecdsa = stored.GetECDsaPublicKey();
        var (keys, bits) = rsa is not null ? (Model.Contracts.CertificateKeys.Rsa, rsa.KeySize) : (Model.Contracts.CertificateKeys.Ecdsa, ecdsa?.KeySize);
        if (keys != certificate.Algorithm.Keys || bits != certificate.Algorithm.Bits) return "its key algorithm has changed";
        var now = time.GetUtcNow();
        if (LeafIssuer.IsDue(stored.NotAfter.ToUniversalTime(), authority, now)) return "it is due for renewal";
        return authority.Signed(stored, now) ? null : "another CA signed it";
    }
}
