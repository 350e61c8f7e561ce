using k8s.Models;
using Usher.Model.Desired;
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

    internal ServiceCertificates(Resource<V1Service> service, ControllerAnnotations annotations, RoadCertificates certificates, LeadingNames leading, string dnsName)
    {
        supposed = new SupposedCertificates(certificates, leading);
        Named = supposed.Named(annotations, Name, () => supposed.Leading(service.Value.Metadata, dnsName), service.Origin);
    }

    /// <summary>The ARNs, the default first.</summary>
    internal IReadOnlyList<string> Named { get; }

    /// <summary>Those that aren't on the road.</summary>
    internal IEnumerable<Resource> Supposed => supposed.All;
}
