using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The certificates of an Ingress that listens for HTTPS (the controller's guide, Certificate discovery): those that it names; else, for each host of its rules and of <c>spec.tls</c>, all those issued in ACM that have
/// the host (its cert_discovery.go). One that isn't on the road is taken to be in the account: it is issued for the Ingress's hosts, of an Ingress without any for the names that lead to its load balancer, and a warning says so.
/// </summary>
internal sealed class CertificateDiscovery(CompileContext context, RoadCertificates certificates, LeadingNames leading)
{
    private readonly SupposedCertificates supposed = new(certificates, leading);

    /// <summary>Those that aren't on the road and were asked for.</summary>
    internal IEnumerable<Resource> Supposed => supposed.All;

    /// <summary>The ARNs of an Ingress's certificates, the default first.</summary>
    /// <param name="member">The Ingress.</param>
    /// <param name="dnsNames">Its load balancer's name, and that of the one in front.</param>
    internal IReadOnlyList<string> Of(GroupMember member, IReadOnlyList<string> dnsNames)
    {
        var hosts = Hosts(member.Ingress.Value).ToList();
        var named = supposed.Named(member.Annotations, "certificate-arn", () => hosts.Count > 0 ? hosts : supposed.Leading(member.Ingress.Value.Metadata, dnsNames), member.Ingress.Origin);
        if (named.Count == 0 && hosts.Count == 0)
        {
            member.Annotations.Error("listen-ports", "listens for HTTPS, but names no certificate-arn, and has no host that a certificate could be found for; give one of them");
            return [];
        }

        return named.Count > 0 ? named : [.. hosts.SelectMany(h => Discover(member, h)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The hosts of its rules and of its TLS section, each once, in order.</summary>
    internal static IEnumerable<string> Hosts(V1Ingress ingress) =>
        (ingress.Spec?.Rules ?? []).Select(r => r.Host).Concat((ingress.Spec?.Tls ?? []).SelectMany(t => t.Hosts ?? []))
        .Where(h => !string.IsNullOrEmpty(h)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private IReadOnlyList<string> Discover(GroupMember member, string host)
    {
        var (issued, pending) = certificates.Covering(host);
        if (issued.Count > 0) return issued;
        if (pending.Count > 0)
        {
            member.Annotations.Error("listen-ports", $"listens for HTTPS, but no certificate found for host: {host}; {string.Join("; ", pending)}");
            return [];
        }

        var arn = AwsNames.CertificateArn(context.Scope, $"{ControllerNames.Cluster}/{host}");
        supposed.Add(arn, host, [host], member.Ingress.Origin);
        context.Warnings.Add(member.Ingress, "spec.rules", $"no certificate for host {host} is on this road; one is taken to be in the account, where the controller would find it or fail. Write a Certificate (acm.services.k8s.aws) to say which");
        return [arn];
    }
}
