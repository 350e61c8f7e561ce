using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>Tells of the generation's certificates with the leaves that are served for them now.</summary>
internal sealed class CertificateReports(CertificateAuthority authority, LeafStore leaves) : ICertificateReports
{
    /// <inheritdoc/>
    public AuthorityReport? Authority => authority.Loaded?.Certificate is { } ca ? new AuthorityReport(ca.Subject, ca.NotAfter.ToUniversalTime()) : null;

    /// <inheritdoc/>
    public IReadOnlyList<CertificateReport> All(Generation generation)
    {
        if (generation.Find<CertificateSnapshot>() is not { } snapshot) return [];
        var served = leaves.Current.Facts;
        var listeners = snapshot.Listeners.Values.SelectMany(l => l.All.Select(c => (c.Arn, l.Name))).ToLookup(pair => pair.Arn, pair => pair.Name);
        return [.. snapshot.Certificates.Values.OrderBy(c => c.Key, ResourceKey.ByName).Select(c => new CertificateReport(
            c.Key, c.Arn, c.Names, c.Type, c.KeyAlgorithm, CertificateStatuses.Problems(c.Validations), [.. listeners[c.Arn].Distinct().Order(StringComparer.Ordinal)])
        {
            Leaf = served.TryGetValue(c.Leaf, out var leaf)
                ? new ServedLeaf(leaf.NotBefore, leaf.NotAfter, leaf.Serial, leaf.Issuer, c.Imported is null ? leaf.NotAfter - LeafIssuer.RenewBefore : null)
                : null,
        })];
    }
}
