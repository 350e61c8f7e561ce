using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>
/// The certificates that a Service's <c>ssl-cert</c> names. One that isn't on the road is taken to be in the account, as for an Ingress; a Service has no hosts, so it is issued for the names that lead to its load balancer: those
/// of external-dns' annotation and of the record sets, else the load balancer's own.
/// </summary>
internal sealed class ServiceCertificates
{
    private const string Name = $"{Start}ssl-cert";

    private readonly List<Resource> supposed = [];

    internal ServiceCertificates(CompileContext context, Resource<V1Service> service, ControllerAnnotations annotations, string dnsName)
    {
        Named = annotations.List(Name);
        var written = context.State.All<Certificate>().Select(c => c.Value.CertificateArn).ToList();
        foreach (var arn in Named.Except(written, StringComparer.Ordinal))
        {
            if (!arn.StartsWith("arn:", StringComparison.Ordinal))
            {
                annotations.Error(Name, $"found '{arn}'; a certificate's ARN is wanted{(written.Count == 0 ? "" : $": on this road there are {string.Join(", ", written)}")}");
                continue;
            }

            var hosts = Hosts(context, service, dnsName);
            annotations.Warn(context.Warnings, Name, $"{arn} isn't on this road; it is taken to be in the account, for {string.Join(" and ", hosts)}");
            var certificate = new Certificate { CertificateArn = arn, DomainName = hosts[0], SubjectAlternativeNames = [.. hosts.Skip(1)], IsThere = true };
            supposed.Add(new Resource(new ResourceKey("acm.services.k8s.aws", "Certificate", "", arn[(arn.LastIndexOf('/') + 1)..]), certificate, DerivedObjects.OriginOf(service.Origin)));
        }
    }

    /// <summary>The ARNs, the default first.</summary>
    internal IReadOnlyList<string> Named { get; }

    /// <summary>Those that aren't on the road.</summary>
    internal IReadOnlyList<Resource> Supposed => supposed;

    private static List<string> Hosts(CompileContext context, Resource<V1Service> service, string dnsName)
    {
        var hosts = new DnsAnnotations(service.Value.Metadata).List("hostname")
            .Concat(context.State.All<RecordSet>().Where(r => r.Value.AliasTarget?.DnsName.TrimEnd('.').Equals(dnsName, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Value.Name))
            .Select(h => h.TrimEnd('.')).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        return hosts.Count > 0 ? hosts : [dnsName];
    }
}
