using Usher.Ingress.Gateways;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Ingress;

/// <summary>Tells which Secrets' certificates controllers show at their HTTPS ports, and Gateways where TLS ends at their listeners.</summary>
internal sealed class ShownSecrets : ISecretCertificates
{
    /// <inheritdoc/>
    public IReadOnlyList<SecretCertificateReport> Shown(Generation generation) =>
    [
        .. OfControllers(generation).Concat(OfGateways(generation)).DistinctBy(s => s.Secret).OrderBy(s => s.Secret, ResourceKey.ByName)
            .Select(s => new SecretCertificateReport(s.Secret, s.Certificate.Names.FirstOrDefault() ?? s.Certificate.Certificate.Subject, s.Certificate.NotAfter)),
    ];

    private static IEnumerable<(ResourceKey Secret, KeyedCertificate Certificate)> OfControllers(Generation generation)
    {
        // All pods of a controller have the same table.
        var tables = (generation.Find<IngressSnapshot>()?.Controllers ?? []).Where(c => c.Https).Select(c => c.Routes.Certificates).Distinct();
        foreach (var plan in tables.SelectMany(t => t.Hosts.Values.Append(t.Default)))
        {
            if (plan is { Secret: { } secret, Keyed: { } certificate }) yield return (secret, certificate);
        }
    }

    private static IEnumerable<(ResourceKey Secret, KeyedCertificate Certificate)> OfGateways(Generation generation) =>
        (generation.Find<GatewaySnapshot>()?.Ports ?? []).SelectMany(p => p.Plan.Listeners.All).SelectMany(l => l.Tls?.Certificates ?? []);
}
