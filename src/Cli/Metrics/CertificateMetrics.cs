using Usher.Model.Contracts;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>When certificates end, as metrics.</summary>
internal static class CertificateMetrics
{
    internal static IEnumerable<MetricFamily> Of(AuthorityReport? authority, IEnumerable<CertificateReport> certificates, IEnumerable<SecretCertificateReport> secrets)
    {
        var ends = certificates.Where(c => c.Leaf is not null)
            .Select(c => (Kind: c.Leaf!.RenewedFrom is null ? "imported" : "issued", Name: c.Key.ToString(), Domain: c.Names[0], c.Leaf.NotAfter))
            .Concat(secrets.Select(s => (Kind: "secret", Name: s.Secret.ToString(), s.Domain, s.NotAfter)))
            .Concat(authority is null ? [] : [(Kind: "authority", Name: "ca", Domain: authority.Subject, authority.NotAfter)]);
        yield return MetricFamily.Of(
            "usher_certificate_expiry_timestamp_seconds", MetricKind.Gauge, "When a certificate ends, in seconds since 1970; those that end first.",
            ends.OrderBy(c => c.NotAfter).Take(BoundedLabels.Each).Select(c => MetricSample.Of(c.NotAfter.ToUnixTimeSeconds(), ("kind", c.Kind), ("certificate", c.Name), ("domain", c.Domain)))) with { Unit = "seconds" };
    }
}
