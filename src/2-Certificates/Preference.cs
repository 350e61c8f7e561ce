using System.Collections.Immutable;
using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Certificates;

/// <summary>
/// Which of two certificates that both have the name is better: the one whose key the client takes; ECDSA over RSA; SHA over MD5 (every
/// certificate here is signed with SHA-256, so this one never decides); the largest key; the validity period (ALB user guide, "Certificate list").
/// The guide leaves open what comes last; load balancers were seen to take the lowest ARN (aws-load-balancer-controller#4850).
/// </summary>
internal static class Preference
{
    /// <summary>The better one, and why the other loses.</summary>
    internal static (CompiledCertificate Winner, string Why) Between(
        CompiledCertificate a, CompiledCertificate b, CertificateKeys accepted, ImmutableDictionary<LeafKey, LeafFacts> leaves)
    {
        bool aTaken = accepted.HasFlag(a.Algorithm.Keys), bTaken = accepted.HasFlag(b.Algorithm.Keys);
        if (aTaken != bTaken) return (aTaken ? a : b, $"the client takes no {(aTaken ? b : a).Algorithm.Words} key");
        if (a.Algorithm.IsEcdsa != b.Algorithm.IsEcdsa)
        {
            var ecdsa = a.Algorithm.IsEcdsa ? a : b;
            return (ecdsa, $"RSA, and {ecdsa.DomainName} has ECDSA, which is preferred");
        }

        if (a.Algorithm.Bits != b.Algorithm.Bits)
        {
            var (longer, shorter) = a.Algorithm.Bits > b.Algorithm.Bits ? (a, b) : (b, a);
            return (longer, $"{shorter.Algorithm.Words}, a key of {longer.Algorithm.Bits} bits is preferred");
        }

        if (leaves.TryGetValue(a.Leaf, out var aLeaf) && leaves.TryGetValue(b.Leaf, out var bLeaf) && aLeaf.NotAfter != bLeaf.NotAfter)
        {
            var (longer, until, shorter) = aLeaf.NotAfter > bLeaf.NotAfter ? (a, aLeaf.NotAfter, bLeaf.NotAfter) : (b, bLeaf.NotAfter, aLeaf.NotAfter);
            return (longer, $"valid until {Text(shorter)}, another until {Text(until)}");
        }

        return string.CompareOrdinal(a.Arn, b.Arn) <= 0
            ? (a, $"equal in all that counts, {a.Arn} comes first")
            : (b, $"equal in all that counts, {b.Arn} comes first");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
