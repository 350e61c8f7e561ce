using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>When the certificates end that can be served now, as renewed.</summary>
internal sealed class CertificateReports(CertificateAuthority authority, LeafStore store) : ICertificateReports
{
    /// <inheritdoc/>
    public IReadOnlyList<CertificateReport> All(Generation generation)
    {
        var facts = store.Current.Facts;
        var reports = new List<CertificateReport>();
        if (authority.Loaded is { } ca) reports.Add(new("authority", "ca", ca.Certificate.Subject, ca.Certificate.NotAfter.ToUniversalTime()));
        foreach (var certificate in generation.Find<CertificateSnapshot>()?.InUse ?? [])
        {
            if (facts.TryGetValue(certificate.Leaf, out var leaf)) reports.Add(new(certificate.Imported is null ? "issued" : "imported", certificate.Key.ToString(), certificate.DomainName, leaf.NotAfter));
        }

        return reports;
    }
}
