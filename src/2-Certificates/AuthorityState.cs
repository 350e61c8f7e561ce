using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>
/// The CA in the state store, and its certificate as a file for clients:
/// <list type="number">
/// <item>Read the key and the certificate. If both are whole and belong together, that is the CA.</item>
/// <item>If there is something that can't be used, keep it under another name and say why.</item>
/// <item>Make a key and a certificate, unless another process was first.</item>
/// <item>Write <c>ca.pem</c> where it doesn't say the same.</item>
/// </list>
/// </summary>
internal sealed class AuthorityState(IStateStore store, string directory, TimeProvider time, ILogger log)
{
    internal const string Collection = "ca";
    internal const string Key = "authority";

    private const int Years = 10;

    internal string CertificatePath { get; } = Path.Combine(directory, "ca.pem");

    /// <exception cref="StateStoreException">The store can't be read or written.</exception>
    /// <exception cref="IOException">The certificate's file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to somebody else.</exception>
    internal LoadedAuthority LoadOrMake()
    {
        var authority = Load() ?? Make();
        Export(authority);
        return authority;
    }

    private LoadedAuthority? Load()
    {
        // 1. What is there.
        if (store.Find(Collection, Key) is not { } kept)
        {
            if (File.Exists(CertificatePath)) log.AuthorityGone(CertificatePath);
            return null;
        }

        try
        {
            return Read(kept);
        }
        catch (InvalidDataException e)
        {
            // 2. Not usable.
            log.AuthorityDamaged(e.Message, Damaged.SetAside(store, Collection, Key, kept));
            return null;
        }
    }

    private LoadedAuthority Make()
    {
        // 3. A new one.
        var made = NewAuthority();
        var pem = $"{made.Certificate.ExportCertificatePem()}\n{made.Key.ExportPkcs8PrivateKeyPem()}\n";
        store.Write(new StateBatch().PutNew(Collection, Key, Encoding.ASCII.GetBytes(pem)));
        var kept = Encoding.ASCII.GetString(store.Find(Collection, Key)!);
        log.AuthorityMade(CertificatePath);
        return kept == pem ? made : Read(Encoding.ASCII.GetBytes(kept));
    }

    /// <summary>4. For curl and for people; the store is what counts.</summary>
    private void Export(LoadedAuthority authority)
    {
        var pem = authority.Certificate.ExportCertificatePem() + "\n";
        StateFiles.MakeDirectory(directory);
        if (!File.Exists(CertificatePath) || File.ReadAllText(CertificatePath) != pem) StateFiles.Write(CertificatePath, pem);
    }

    private LoadedAuthority Read(byte[] kept)
    {
        var text = Encoding.ASCII.GetString(kept);
        var key = Parse("its key", () =>
        {
            var parsed = ECDsa.Create();
            parsed.ImportFromPem(text);
            return parsed;
        });
        var certificate = Parse("its certificate", () => X509Certificate2.CreateFromPem(text));
        using var publicKey = certificate.GetECDsaPublicKey();
        if (publicKey is null || !publicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw new InvalidDataException("its key is not that of its certificate");
        }

        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(c => c.CertificateAuthority))
        {
            throw new InvalidDataException("its certificate is not a CA's");
        }

        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        return end > time.GetUtcNow() ? new LoadedAuthority(certificate, key) : throw new InvalidDataException($"it expired on {end:yyyy-MM-dd}");
    }

    private static T Parse<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"{what} is not whole: {e.Message}", e);
        }
    }

    private LoadedAuthority NewAuthority()
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
