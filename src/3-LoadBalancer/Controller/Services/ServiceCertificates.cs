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

    private readonly SupposedCertificates supposed;

    internal ServiceCertificates(CompileContext context, Resource<V1Service> service, ControllerAnnotations annotations, RoadCertificates certificates, string dnsName)
    {
        supposed = new SupposedCertificates(context);
        Named = annotations.List(Name);
        List<string>? hosts = null;
        foreach (var arn in Named.Distinct(StringComparer.Ordinal).Where(a => !certificates.Has(a)))
        {
            if (arn.StartsWith("arn:", StringComparison.Ordinal)) supposed.Named(annotations, Name, arn, hosts ??= Hosts(context, service, dnsName), service.Origin);
            else annotations.Error(Name, $"found '{arn}'; a certificate's ARN is wanted{(certificates.Arns.Count == 0 ? "" : $": on this road there are {string.Join(", ", certificates.Arns)}")}");
        }
    }

    /// <summary>The ARNs, the default first.</summary>
    internal IReadOnlyList<string> Named { get; }

    /// <summary>Those that aren't on the road.</summary>
    internal IEnumerable<Resource> Supposed => supposed.All;

    private static List<string> Hosts(CompileContext context, Resource<V1Service> service, string dnsName)
    {
        var hosts = new DnsAnnotations(service.Value.Metadata).List("hostname")
            .Concat(context.State.All<RecordSet>().Where(r => r.Value.AliasTarget?.DnsName.TrimEnd('.').Equals(dnsName, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Value.Name))
            .Select(h => h.TrimEnd('.')).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        return hosts.Count > 0 ? hosts : [dnsName];
    }
}
