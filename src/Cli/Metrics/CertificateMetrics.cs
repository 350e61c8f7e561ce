using Usher.Model.Contracts;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary>When certificates end, as metrics.</summary>
internal static class CertificateMetrics
{
    internal static IEnumerable<MetricFamily> Of(IEnumerable<CertificateReport> certificates)
    {
        yield return new("usher_certificate_expiry_timestamp_seconds", MetricKind.Gauge, "When a certificate ends, in seconds since 1970; those that end first.")
        {
            Unit = "seconds",
            Samples =
            [
                .. certificates.OrderBy(c => c.NotAfter).Take(BoundedLabels.Each)
                    .Select(c => MetricFamily.Sample(MetricKind.Gauge, c.NotAfter.ToUnixTimeSeconds(), new("kind", c.Kind), new("certificate", c.Name), new("domain", c.Domain))),
            ],
        };
    }
}
