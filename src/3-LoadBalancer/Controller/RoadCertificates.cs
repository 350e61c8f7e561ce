using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>The certificates that are on the road, for all that the controller makes: by their ARNs and by the names on them.</summary>
internal sealed class RoadCertificates
{
    private readonly HashSet<string> known;
    private readonly ILookup<string, Certificate> byName;
    private readonly Func<Certificate, string?> pending;

    /// <param name="state">The desired state.</param>
    /// <param name="pending">What keeps one from being issued; null where all are.</param>
    internal RoadCertificates(DesiredState state, Func<Certificate, string?>? pending = null)
    {
        this.pending = pending ?? (_ => null);
        var all = state.All<Certificate>().Select(c => c.Value).ToList();
        Arns = all.ConvertAll(c => c.CertificateArn);
        known = [.. Arns];
        // An imported one says its names itself, where only the certificates' hop reads them.
        byName = all.Where(c => c.Import is null).SelectMany(c => c.Names, (c, name) => (name, c)).ToLookup(c => c.name, c => c.c, StringComparer.Ordinal);
    }

    /// <summary>The ARNs of all.</summary>
    internal IReadOnlyList<string> Arns { get; }

    /// <summary>Whether one is there.</summary>
    internal bool Has(string arn) => known.Contains(arn);

    /// <summary>The ARNs of those that are issued and have a name that is a host's: itself, or a wildcard for its first label; and of the others that have one, why they aren't issued.</summary>
    internal (IReadOnlyList<string> Issued, IReadOnlyList<string> Pending) Covering(string host)
    {
        var wildcard = host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? byName[$"*{host[dot..]}"] : [];
        var found = byName[host].Concat(wildcard).DistinctBy(c => c.CertificateArn, StringComparer.Ordinal).Select(c => (c.CertificateArn, Why: pending(c))).ToList();
        return ([.. found.Where(c => c.Why is null).Select(c => c.CertificateArn)], [.. found.Where(c => c.Why is not null).Select(c => $"{c.CertificateArn} is PENDING_VALIDATION: {c.Why}")]);
    }
}
