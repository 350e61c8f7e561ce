using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>Issued certificates with their keys in the state store, under their ARNs, so that a restart serves what ran before.</summary>
internal sealed class LeafState(IStateStore store, TimeProvider time, ILogger log)
{
    internal const string Collection = "certificates";

    /// <summary>The stored leaf, if it still says what it must, this CA signed it and it isn't due for renewal; null otherwise.</summary>
    /// <exception cref="StateStoreException">The store can't be read, or what is damaged can't be set aside.</exception>
    internal Leaf? Read(CompiledCertificate certificate, LoadedAuthority authority)
    {
        if (store.Find(Collection, certificate.Arn) is not { } kept) return null;
        X509Certificate2 stored;
        try
        {
            var text = Encoding.ASCII.GetString(kept);
            stored = X509Certificate2.CreateFromPem(text, text);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            log.LeafDamaged(certificate.DomainName, e.Message, Damaged.SetAside(store, Collection, certificate.Arn, kept));
            return null;
        }

        if (WhyNot(stored, certificate, authority) is not { } why) return new Leaf(certificate.Leaf, stored, authority);
        stored.Dispose();
        log.LeafOutdated(certificate.DomainName, why);
        return null;
    }

    /// <summary>Stores leaves in the place of older ones, all or none.</summary>
    /// <exception cref="StateStoreException">None was stored.</exception>
    internal void Write(IEnumerable<Leaf> leaves)
    {
        var batch = new StateBatch();
        foreach (var leaf in leaves)
        {
            using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)leaf.Certificate.GetRSAPrivateKey() ?? leaf.Certificate.GetECDsaPrivateKey()!;
            batch.Put(Collection, leaf.Key.Arn, Encoding.ASCII.GetBytes($"{leaf.Certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
        }

        if (batch.Changes.Count > 0) store.Write(batch);
    }

    private string? WhyNot(X509Certificate2 stored, CompiledCertificate certificate, LoadedAuthority authority)
    {
        var names = stored.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
        if (!names.SequenceEqual(certificate.Names)) return "its names have changed";
        if (stored.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != certificate.DomainName) return "its domain name has changed";
        if (KeyAlgorithm.Of(stored)?.Name != certificate.KeyAlgorithm) return "its key algorithm has changed";
        var now = time.GetUtcNow();
        if (LeafIssuer.IsDue(stored.NotAfter.ToUniversalTime(), authority, now)) return "it is due for renewal";
        return authority.Signed(stored, now) ? null : "another CA signed it";
    }
}
