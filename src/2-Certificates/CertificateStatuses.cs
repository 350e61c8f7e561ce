using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>Tells of a certificate what its compilation will find: ISSUED, or what validation it wants.</summary>
internal sealed class CertificateStatuses : ICertificateStatuses
{
    /// <inheritdoc/>
    public Func<Certificate, string?> Pending(CompileContext context)
    {
        // The zones' records are looked through once, when it first matters; a certificate's once for all of its names.
        var validation = new Lazy<DnsValidation>(() => new DnsValidation(context));
        var told = new Dictionary<Certificate, string?>(ReferenceEqualityComparer.Instance);
        return certificate => certificate.IsThere || certificate.Import is not null ? null
            : told.TryGetValue(certificate, out var why) ? why
            : told[certificate] = Problems(validation.Value.Of(certificate.Names));
    }

    /// <summary>What its names' validations want, each once; null when all are there.</summary>
    internal static string? Problems(IEnumerable<DomainValidation> validations) =>
        string.Join("; ", validations.Select(v => v.Problem).OfType<string>().Distinct()) is { Length: > 0 } problems ? problems : null;
}
