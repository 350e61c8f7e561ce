using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>The certificates that are on the road, for all that the controller makes: by their ARNs and by the names on them.</summary>
internal sealed class RoadCertificates
{
    private readonly HashSet<string> known;
    private readonly ILookup<string, string> byName;

    internal RoadCertificates(DesiredState state)
    {
        var all = state.All<Certificate>().Select(c => c.Value).ToList();
        Arns = all.ConvertAll(c => c.CertificateArn);
        known = [.. Arns];
        // An imported one says its names itself, where only the certificates' hop reads them.
        byName = all.Where(c => c.Import is null).SelectMany(c => c.Names, (c, name) => (name, c.CertificateArn)).ToLookup(c => c.name, c => c.CertificateArn, StringComparer.Ordinal);
    }

    /// <summary>The ARNs of all.</summary>
    internal IReadOnlyList<string> Arns { get; }

    /// <summary>Whether one is there.</summary>
    internal bool Has(string arn) => known.Contains(arn);

    /// <summary>The ARNs of those that have a name that is a host's: itself, or a wildcard for its first label.</summary>
    internal IReadOnlyList<string> Covering(string host)
    {
        var wildcard = host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? byName[$"*{host[dot..]}"] : [];
        return [.. byName[host].Concat(wildcard).Distinct(StringComparer.Ordinal)];
    }
}
