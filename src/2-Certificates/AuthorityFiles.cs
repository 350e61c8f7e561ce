using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Usher.Certificates;

/// <summary>
/// The CA on disk. One process or thread at a time, by a lock file, so that two that start together end with one CA:
/// <list type="number">
/// <item>Read <c>ca.key</c> and <c>ca.pem</c>. If both are whole and belong together, that is the CA.</item>
/// <item>If there is something that can't be used, rename it to <c>*.damaged-N</c> and say why.</item>
/// <item>Make a key and a certificate; write the key first, then the certificate. A crash between leaves a key that nobody trusted yet.</item>
/// </list>
/// </summary>
internal sealed class AuthorityFiles(string directory, TimeProvider time, ILogger log)
{
    private const int Years = 10;
    private readonly string keyPath = Path.Combine(directory, "ca.key");

    internal string CertificatePath { get; } = Path.Combine(directory, "ca.pem");

    /// <exception cref="IOException">The folder can't be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to somebody else.</exception>
    internal LoadedAuthority LoadOrMake()
    {
        StateFiles.MakeDirectory(directory);
        using var held = StateFiles.Lock(Path.Combine(directory, "lock"));

        // 1. What is there.
        if (File.Exists(keyPath) || File.Exists(CertificatePath))
        {
            try
            {
                return Read();
            }
            catch (InvalidDataException e)
            {
                // 2. Not usable.
                var moved = StateFiles.SetAside(keyPath, CertificatePath);
                log.AuthorityDamaged(directory, e.Message, string.Join(", ", moved));
            }
        }

        // 3. A new one.
        var made = Make();
        StateFiles.Write(keyPath, made.Key.ExportPkcs8PrivateKeyPem() + "\n");
        StateFiles.Write(CertificatePath, made.Certificate.ExportCertificatePem() + "\n");
        log.AuthorityMade(CertificatePath);
        return made;
    }

    private LoadedAuthority Read()
    {
        if (!File.Exists(keyPath)) throw new InvalidDataException("ca.key is missing");
        if (!File.Exists(CertificatePath)) throw new InvalidDataException("ca.pem is missing");
        if (StateFiles.CloseToOthers(keyPath)) log.KeyWasOpen(keyPath);

        var key = Parse("ca.key", () =>
        {
            var parsed = ECDsa.Create();
            parsed.ImportFromPem(File.ReadAllText(keyPath));
            return parsed;
        });
        var certificate = Parse("ca.pem", () => X509Certificate2.CreateFromPem(File.ReadAllText(CertificatePath)));
        using var publicKey = certificate.GetECDsaPublicKey();
        if (publicKey is null || !publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw new InvalidDataException("ca.key is not the key of ca.pem");
        }

        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.CertificateAuthority))
        {
            throw new InvalidDataException("ca.pem is not a CA's certificate");
        }

        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        return end > time.GetUtcNow() ? new LoadedAuthority(certificate, key) : throw new InvalidDataException($"ca.pem expired on {end:yyyy-MM-dd}");
    }

    private static T Parse<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{file} is not whole: {e.Message}", e);
        }
    }

    private LoadedAuthority Make()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName("Usher local CA");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - LeafIssuer.Backdating, now.AddYears(Years));
        return new LoadedAuthority(X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span), key);
    }
}
