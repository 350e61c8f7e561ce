using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Certificates that aren't on the road and are taken to be in the account, issued, as the manifests of the controller's users suppose.</summary>
internal sealed class SupposedCertificates(RoadCertificates certificates, LeadingNames leading)
{
    private const string Group = "acm.services.k8s.aws";

    /// <summary>RFC 5280, appendix A.1 (ub-common-name), in characters; and so the longest domain name that ACM takes first.</summary>
    private const int LongestCommonName = 64;

    /// <summary>ACM's quota: a domain name and 100 others (ACM API, <c>RequestCertificate</c>).</summary>
    private const int MostNames = 101;

    private readonly SortedDictionary<string, Resource> byArn = new(StringComparer.Ordinal);

    /// <summary>All of them, ordered by their ARNs.</summary>
    internal IEnumerable<Resource> All => byArn.Values;

    /// <summary>Those that an annotation names, on the road or not; a warning says what one that isn't is taken to be.</summary>
    /// <param name="annotations">Who names them.</param>
    /// <param name="annotation">By which annotation.</param>
    /// <param name="hosts">The names on one that isn't, one at least.</param>
    /// <param name="written">Where the object that wants them is written.</param>
    /// <returns>Their ARNs, as they are written.</returns>
    internal IReadOnlyList<string> Named(ControllerAnnotations annotations, string annotation, Func<IReadOnlyList<string>> hosts, Origin written)
    {
        var named = annotations.List(annotation);
        IReadOnlyList<string>? names = null;
        foreach (var arn in named.Distinct(StringComparer.Ordinal).Where(a => !certificates.Has(a)))
        {
            if (!arn.StartsWith("arn:", StringComparison.Ordinal))
            {
                annotations.Error(annotation, $"found '{arn}'; a certificate's ARN is wanted{(certificates.Arns.Count == 0 ? "" : $": on this road there are {string.Join(", ", certificates.Arns)}")}");
                continue;
            }

            names ??= hosts();
            Add(arn, arn[(arn.LastIndexOf('/') + 1)..], names, written);
            annotations.Warn(annotation, $"{arn} isn't on this road; it is taken to be in the account, for {string.Join(" and ", names)}");
        }

        return named;
    }

    /// <summary>The names that lead to a load balancer, or to the object that it is made for: those of external-dns' annotation and of the record sets, else the load balancer's own.</summary>
    /// <param name="metadata">The object's.</param>
    /// <param name="dnsNames">The load balancer's own names, one at least: those of one in front of it are too.</param>
    internal IReadOnlyList<string> Leading(V1ObjectMeta? metadata, params IReadOnlyList<string> dnsNames)
    {
        var hosts = new DnsAnnotations(metadata).List("hostname").Select(h => h.TrimEnd('.')).Concat(leading.To(dnsNames)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        return hosts.Count > 0 ? hosts : dnsNames;
    }

    /// <summary>One of a name; what is supposed of one ARN again gives it more hosts.</summary>
    internal void Add(string arn, string name, IReadOnlyList<string> hosts, Origin written)
    {
        var issued = Issued(arn, hosts);
        byArn[arn] = byArn.TryGetValue(arn, out var had) ? had with { Value = Merged((Certificate)had.Value, issued) }
            : new Resource(new ResourceKey(Group, "Certificate", "", name), issued, DerivedObjects.OriginOf(written));
    }

    /// <summary>One with the names of two that were supposed of one ARN.</summary>
    internal static Certificate Merged(Certificate one, Certificate other) =>
        Issued(one.CertificateArn, [one.DomainName, .. one.Names.Union(other.Names, StringComparer.Ordinal).Where(n => n != one.DomainName).Order(StringComparer.Ordinal)]);

    private static Certificate Issued(string arn, IReadOnlyList<string> hosts)
    {
        var names = hosts.Count > MostNames ? Wildcards(hosts) : hosts;
        var common = CommonName(names);
        return new Certificate { CertificateArn = arn, DomainName = common, SubjectAlternativeNames = [.. names.Where(h => h != common).Take(MostNames - 1)], IsThere = true };
    }

    /// <summary>What of so many an account's certificate would have: a wildcard where names have one parent.</summary>
    private static List<string> Wildcards(IReadOnlyList<string> hosts) =>
        [.. hosts.GroupBy(h => h[(h.IndexOf('.', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal).SelectMany(g => g.Count() > 1 && g.Key.Contains('.', StringComparison.Ordinal) ? [$"*.{g.Key}"] : g.AsEnumerable())];

    /// <summary>The first name that fits, else the wildcard above the first one that does: the name of a load balancer alone is longer. One whose last label doesn't fit stays too long, and is told of as a certificate's name is.</summary>
    private static string CommonName(IReadOnlyList<string> hosts)
    {
        if (hosts.FirstOrDefault(h => h.Length <= LongestCommonName) is { } fits) return fits;
        var above = hosts[0];
        do above = above[(above.IndexOf('.', StringComparison.Ordinal) + 1)..];
        while (above.Length > LongestCommonName - 2 && above.Contains('.', StringComparison.Ordinal));
        return $"*.{above}";
    }
}
