using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>The ARN or id of each ACK object, as AWS would give it.</summary>
internal sealed class AckIdentities
{
    private readonly AwsScope scope;
    private readonly ILookup<string, AckManifest> byKind;
    private readonly Dictionary<(string Kind, string Namespace, string Name), AckManifest> byName;
    private readonly Dictionary<AckManifest, string?> ids = [];
    private readonly Dictionary<(string Kind, string Id), AckManifest> byId = [];

    internal AckIdentities(AwsScope scope, IReadOnlyList<AckManifest> all)
    {
        this.scope = scope;
        byKind = all.ToLookup(m => m.Key.Kind, StringComparer.Ordinal);
        byName = all.ToDictionary(m => (m.Key.Kind, m.Key.Namespace, m.Key.Name));

        // A listener's ARN is made from its load balancer's, so listeners come last. Two objects of one ARN are for the compilers to report.
        foreach (var manifest in all.OrderBy(m => m.Key.Kind == "Listener"))
        {
            ids[manifest] = Make(manifest);
            if (ids[manifest] is { } id) byId.TryAdd((manifest.Key.Kind, id), manifest);
        }
    }

    /// <summary>All objects of a kind.</summary>
    internal IEnumerable<AckManifest> OfKind(string kind) => byKind[kind];

    /// <summary>An object by name, or null.</summary>
    internal AckManifest? Find(string kind, string ns, string name) => byName.GetValueOrDefault((kind, ns, name));

    /// <summary>An object by ARN or id, or null.</summary>
    internal AckManifest? Find(string kind, string id) => byId.GetValueOrDefault((kind, id));

    /// <summary>An object's ARN or id; null when it has none, or has errors that hide it.</summary>
    internal string? Of(AckManifest manifest) => ids[manifest];

    private string? Make(AckManifest manifest) => manifest.Spec switch
    {
        HostedZoneSpec { Name: { Length: > 0 } name } => AwsNames.HostedZoneId(scope, name),
        CertificateSpec => AwsNames.CertificateArn(scope, manifest.Key.Name),
        LoadBalancerSpec { Name: { Length: > 0 } name } spec => AwsNames.LoadBalancerArn(scope, name, spec.Type == "network"),
        TargetGroupSpec { Name: { Length: > 0 } name } => AwsNames.TargetGroupArn(scope, name),
        ListenerSpec { Port: > 0 and <= 65535 } spec when LoadBalancerOf(manifest, spec) is { } balancer => AwsNames.ListenerArn(scope, balancer, (int)spec.Port),
        _ => null,
    };

    private string? LoadBalancerOf(AckManifest manifest, ListenerSpec spec)
    {
        const string kind = "LoadBalancer";
        var balancer =
            spec.LoadBalancerARN is { } arn ? Find(kind, arn)
            : spec.LoadBalancerRef?.From is { Name: { } name } from ? Find(kind, from.Namespace is { Length: > 0 } ns ? ns : manifest.Key.Namespace, name)
            : null;
        return balancer is null ? null : Of(balancer);
    }
}
