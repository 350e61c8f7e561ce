using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>The ARN or id of each ACK object, as AWS would give it.</summary>
internal sealed class AckIdentities
{
    private readonly AwsScope scope;
    private readonly ILookup<string, AckManifest> byKind;
    private readonly Dictionary<(string Kind, string Namespace, string Name), AckManifest> byName;

    internal AckIdentities(AwsScope scope, IReadOnlyList<AckManifest> all)
    {
        this.scope = scope;
        byKind = all.ToLookup(m => m.Key.Kind, StringComparer.Ordinal);
        byName = all.ToDictionary(m => (m.Key.Kind, m.Key.Namespace, m.Key.Name));
    }

    /// <summary>All objects of a kind.</summary>
    internal IEnumerable<AckManifest> OfKind(string kind) => byKind[kind];

    /// <summary>An object by name, or null.</summary>
    internal AckManifest? Find(string kind, string ns, string name) => byName.GetValueOrDefault((kind, ns, name));

    /// <summary>An object's ARN or id; null when it has errors that hide it.</summary>
    internal string? Of(AckManifest manifest) => manifest.Spec switch
    {
        HostedZoneSpec { Name: { Length: > 0 } name } => AwsNames.HostedZoneId(scope, name),
        CertificateSpec => AwsNames.CertificateArn(scope, manifest.Key.Name),
        LoadBalancerSpec { Name: { Length: > 0 } name } => AwsNames.LoadBalancerArn(scope, name),
        TargetGroupSpec { Name: { Length: > 0 } name } => AwsNames.TargetGroupArn(scope, name),
        ListenerSpec { Port: > 0 and <= 65535 } spec when LoadBalancerOf(manifest, spec) is { } balancer => AwsNames.ListenerArn(scope, balancer, (int)spec.Port),
        _ => null,
    };

    private string? LoadBalancerOf(AckManifest manifest, ListenerSpec spec)
    {
        if (spec.LoadBalancerRef?.From is not { Name: { Length: > 0 } name } from) return spec.LoadBalancerARN;
        return Find("LoadBalancer", from.Namespace is { Length: > 0 } ns ? ns : manifest.Key.Namespace, name) is { } balancer ? Of(balancer) : null;
    }
}
