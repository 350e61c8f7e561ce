using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The certificates of an Ingress that listens for HTTPS (the controller's guide, Certificate discovery): those that it names; else, for each host of its rules and of <c>spec.tls</c>, the one in ACM that has
/// the host. One that isn't on the road is taken to be in the account, as the manifests of the controller's users suppose: it is issued for the Ingress's hosts, and a warning says so.
/// </summary>
internal sealed class CertificateDiscovery(CompileContext context)
{
    private const string Group = "acm.services.k8s.aws";

    private readonly List<Certificate> written = [.. context.State.All<Certificate>().Select(c => c.Value)];
    private readonly SortedDictionary<string, Resource> supposed = new(StringComparer.Ordinal);

    /// <summary>Those that aren't on the road and were asked for.</summary>
    internal IEnumerable<Resource> Supposed => supposed.Values;

    /// <summary>The ARNs of an Ingress's certificates, the default first.</summary>
    internal IReadOnlyList<string> Of(GroupMember member)
    {
        const string name = "certificate-arn";
        var named = member.Annotations.List(name);
        var hosts = Hosts(member.Ingress.Value).ToList();
        if (named.Count == 0 && hosts.Count == 0)
        {
            member.Annotations.Error("listen-ports", "listens for HTTPS, but names no certificate-arn, and has no host that a certificate could be found for; give one of them");
            return [];
        }

        foreach (var arn in named.Where(a => written.TrueForAll(c => c.CertificateArn != a)))
        {
            // Without a host nothing tells what would be on it: the certificates' hop says what there is.
            if (hosts.Count == 0) continue;
            Suppose(member, arn, arn[(arn.LastIndexOf('/') + 1)..], hosts);
            member.Annotations.Warn(context.Warnings, name, $"{arn} isn't on this road; it is taken to be in the account, for {string.Join(" and ", hosts)}");
        }

        return named.Count > 0 ? named : [.. hosts.Select(h => Discover(member, h)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The hosts of its rules and of its TLS section, each once, in order.</summary>
    internal static IEnumerable<string> Hosts(V1Ingress ingress) =>
        (ingress.Spec?.Rules ?? []).Select(r => r.Host).Concat((ingress.Spec?.Tls ?? []).SelectMany(t => t.Hosts ?? []))
        .Where(h => !string.IsNullOrEmpty(h)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Whether a name on a certificate is a host's: itself, or a wildcard for its first label.</summary>
    internal static bool Covers(string domain, string host) => domain.StartsWith("*.", StringComparison.Ordinal)
        ? host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && host[dot..] == domain[1..]
        : domain == host;

    private string? Discover(GroupMember member, string host)
    {
        // An imported one says its names itself, where only the certificates' hop reads them.
        var found = written.Where(c => c.Import is null && c.Names.Any(n => Covers(n, host))).Select(c => c.CertificateArn).Distinct(StringComparer.Ordinal).ToList();
        if (found.Count == 1) return found[0];
        if (found.Count > 1)
        {
            member.Annotations.Error("certificate-arn", $"multiple certificates found for host: {host}, certARNs: {string.Join(", ", found)}; name the one that is meant");
            return null;
        }

        var arn = AwsNames.CertificateArn(context.Scope, $"{ControllerNames.Cluster}/{host}");
        Suppose(member, arn, host, [host]);
        context.Warnings.Add(member.Ingress, "spec.rules", $"no certificate for host {host} is on this road; one is taken to be in the account, where the controller would find it or fail. Write a Certificate (acm.services.k8s.aws) to say which");
        return arn;
    }

    private void Suppose(GroupMember member, string arn, string name, List<string> hosts)
    {
        if (supposed.ContainsKey(arn)) return;
        var certificate = new Certificate { CertificateArn = arn, DomainName = hosts[0], SubjectAlternativeNames = [.. hosts.Skip(1)], IsThere = true };
        supposed[arn] = new Resource(new ResourceKey(Group, "Certificate", "", name), certificate, DerivedObjects.OriginOf(member.Ingress.Origin));
    }
}
