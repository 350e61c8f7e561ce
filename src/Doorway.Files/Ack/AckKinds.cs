using Usher.Doorway.Files.Manifests;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's objects → AWS's.</summary>
internal static class AckKinds
{
    /// <summary>True for a kind of ACK.</summary>
    internal static bool Has(ManifestKind? kind) => kind is { IsAck: true };

    /// <summary>Turns all objects into AWS's and resolves their references; returns those without errors.</summary>
    /// <param name="all">Every ACK object, those with errors too: they can be referred to.</param>
    /// <param name="scope">The account and region.</param>
    /// <param name="errors">Collects all errors.</param>
    /// <param name="isComplete">False when a document could not be read.</param>
    internal static IEnumerable<Resource> Map(IEnumerable<Manifest> all, AwsScope scope, ErrorList errors, bool isComplete)
    {
        var manifests = all.Select(m => new AckManifest(m, errors)).ToList();
        var identities = new AckIdentities(scope, manifests);
        var references = new AckReferences(identities, isComplete);
        foreach (var manifest in manifests)
        {
            object? value = manifest.Spec switch
            {
                HostedZoneSpec spec => Route53Mapping.Zone(manifest, spec, scope),
                RecordSetSpec spec => Route53Mapping.Records(manifest, spec, references),
                CertificateSpec spec => CertificateMapping.Map(manifest, spec, scope),
                LoadBalancerSpec spec => LoadBalancerMapping.Map(manifest, spec, scope),
                ListenerSpec spec => ListenerMapping.Map(manifest, spec, scope, references),
                RuleSpec spec => RuleMapping.Map(manifest, spec, scope, references),
                TargetGroupSpec spec => TargetGroupMapping.Map(manifest, spec, scope),
                _ => null,
            };
            if (value is not null && !manifest.IsWrong) yield return new Resource(manifest.Key, value, manifest.Origin);
        }
    }
}
