using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Usher.Model.Secrets;

namespace Usher.Certificates;

/// <summary>Which leaf: of which certificate, and what it must say. A generation that changes the names asks for another leaf.</summary>
/// <param name="Arn">The certificate.</param>
/// <param name="Says">Its algorithm and names.</param>
internal sealed record LeafKey(string Arn, string Says);

/// <summary>What a leaf says, without its key: kept with decisions.</summary>
/// <param name="NotBefore">Start of its validity.</param>
/// <param name="NotAfter">End of its validity.</param>
/// <param name="Serial">Its serial number in hex.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Chain">The subjects from the leaf to the root, as far as they are known.</param>
internal sealed record LeafFacts(DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Serial, string Issuer, ImmutableArray<string> Chain)
{
    /// <summary>The serial number of the leaf that this one renewed while the road ran; null for none.</summary>
    internal string? Renewed { get; init; }

    /// <summary>What an imported certificate says.</summary>
    internal static LeafFacts Of(KeyedCertificate own) =>
        new(own.NotBefore, own.NotAfter, own.Certificate.SerialNumber, own.Certificate.Issuer, own.Subjects);
}

/// <summary>A certificate with its key, ready to be served. No record, so that nothing prints it.</summary>
internal sealed class Leaf
{
    /// <param name="key">Which leaf.</param>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="authority">The CA that signed it.</param>
    internal Leaf(LeafKey key, X509Certificate2 certificate, LoadedAuthority authority)
    {
        Key = key;
        Certificate = certificate;
        // Offline: neither intermediates nor OCSP answers are fetched from anywhere. The root itself is not sent (RFC 8446 section 4.4.2).
        Context = SslStreamCertificateContext.Create(certificate, [authority.Certificate], offline: true);
        Facts = new LeafFacts(
            certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), certificate.SerialNumber,
            certificate.Issuer, [certificate.Subject, authority.Certificate.Subject]);
    }

    /// <summary>An imported one. Its chain is sent as it was given, without a root at its end.</summary>
    internal Leaf(LeafKey key, KeyedCertificate own)
    {
        Key = key;
        Certificate = own.Certificate;
        Context = own.Context;
        Facts = LeafFacts.Of(own);
    }

    internal LeafKey Key { get; }

    internal X509Certificate2 Certificate { get; }

    internal SslStreamCertificateContext Context { get; }

    internal LeafFacts Facts { get; private set; }

    /// <summary>The same, saying which leaf it renewed. Before it is served.</summary>
    internal Leaf InPlaceOf(string serial)
    {
        Facts = Facts with { Renewed = serial };
        return this;
    }
}

/// <summary>The leaves that can be served now. Immutable.</summary>
/// <param name="Facts">What they say.</param>
/// <param name="Ready">The leaves themselves.</param>
internal sealed record Leaves(ImmutableDictionary<LeafKey, LeafFacts> Facts, ImmutableDictionary<LeafKey, Leaf> Ready)
{
    internal static Leaves None { get; } = new(ImmutableDictionary<LeafKey, LeafFacts>.Empty, ImmutableDictionary<LeafKey, Leaf>.Empty);
}

/// <summary>
/// The living leaves: read at each handshake, written by the carrier and the renewal. Two generations' leaves may be here at once.
/// </summary>
internal sealed class LeafStore
{
    private readonly Lock gate = new();
    private volatile Leaves current = Leaves.None;

    internal Leaves Current => current;

    /// <summary>Adds leaves, in the place of those with the same key.</summary>
    internal void Put(IEnumerable<Leaf> leaves)
    {
        lock (gate)
        {
            var ready = current.Ready.SetItems(leaves.Select(l => KeyValuePair.Create(l.Key, l)));
            Publish(ready);
        }
    }

    /// <summary>Takes leaves away.</summary>
    internal void Remove(Func<LeafKey, bool> which)
    {
        lock (gate) Publish(current.Ready.RemoveRange(current.Ready.Keys.Where(which)));
    }

    private void Publish(ImmutableDictionary<LeafKey, Leaf> ready) =>
        current = new Leaves(ready.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Facts), ready);
}
