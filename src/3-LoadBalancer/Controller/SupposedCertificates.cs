using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Certificates that aren't on the road and are taken to be in the account, issued, as the manifests of the controller's users suppose.</summary>
internal sealed class SupposedCertificates(CompileContext context)
{
    private const string Group = "acm.services.k8s.aws";

    private readonly SortedDictionary<string, Resource> byArn = new(StringComparer.Ordinal);

    /// <summary>All of them, ordered by their ARNs.</summary>
    internal IEnumerable<Resource> All => byArn.Values;

    /// <summary>One that an annotation names; a warning says what it is taken to be.</summary>
    /// <param name="annotations">Who names it.</param>
    /// <param name="annotation">By which annotation.</param>
    /// <param name="arn">Its ARN.</param>
    /// <param name="hosts">The names on it, one at least.</param>
    /// <param name="written">Where the object that wants it is written.</param>
    internal void Named(ControllerAnnotations annotations, string annotation, string arn, IReadOnlyList<string> hosts, Origin written)
    {
        Add(arn, arn[(arn.LastIndexOf('/') + 1)..], hosts, written);
        annotations.Warn(context.Warnings, annotation, $"{arn} isn't on this road; it is taken to be in the account, for {string.Join(" and ", hosts)}");
    }

    /// <summary>One of a name; what was supposed of an ARN first counts.</summary>
    internal void Add(string arn, string name, IReadOnlyList<string> hosts, Origin written)
    {
        if (byArn.ContainsKey(arn)) return;
        var certificate = new Certificate { CertificateArn = arn, DomainName = hosts[0], SubjectAlternativeNames = [.. hosts.Skip(1)], IsThere = true };
        byArn[arn] = new Resource(new ResourceKey(Group, "Certificate", "", name), certificate, DerivedObjects.OriginOf(written));
    }
}
