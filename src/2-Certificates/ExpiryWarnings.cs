using Microsoft.Extensions.Logging;

namespace Usher.Certificates;

/// <summary>
/// Warns of imported certificates that end soon, which nobody renews: from 45 days before on, once a day, as ACM's expiration events do
/// (ACM User Guide, "Amazon EventBridge support for ACM").
/// </summary>
internal sealed class ExpiryWarnings(ILogger log)
{
    private readonly Dictionary<LeafKey, DateTimeOffset> warned = [];

    /// <summary>Warns of those that are due for it. One caller at a time.</summary>
    internal void Warn(IReadOnlyCollection<CompiledCertificate> running, DateTimeOffset now)
    {
        foreach (var gone in warned.Keys.Except(running.Select(c => c.Leaf)).ToList()) warned.Remove(gone);
        foreach (var certificate in running)
        {
            if (certificate.Imported is not { } own || now < own.NotAfter - LeafIssuer.RenewBefore) continue;
            if (warned.TryGetValue(certificate.Leaf, out var last) && now - last < TimeSpan.FromDays(1)) continue;
            warned[certificate.Leaf] = now;
            log.ImportedEnds(certificate.Key.ToString(), certificate.DomainName, now > own.NotAfter ? "ended" : "ends", own.NotAfter);
        }
    }
}
