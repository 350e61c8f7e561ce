using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's Listener → <see cref="Listener"/>.</summary>
internal static class ListenerMapping
{
    internal static Listener? Map(AckManifest manifest, ListenerSpec spec, AwsScope scope, AckReferences references)
    {
        var balancer = references.Resolve(
            manifest, "LoadBalancer", "spec.", "loadBalancerARN", spec.LoadBalancerARN, "loadBalancerRef", spec.LoadBalancerRef);
        var port = manifest.Range("spec.port", spec.Port, null, 1, 65535);
        var edge = balancer.Target?.Spec as LoadBalancerSpec;
        ListenerProtocol.Check(manifest, spec.Protocol, edge);

        var alpn = AlpnPolicyMapping.Map(manifest, spec);
        manifest.Refuse(
            "spec.mutualAuthentication",
            spec.MutualAuthentication?.Mode is not (null or "off"),
            "mutual TLS isn't supported; take the field away, or set mode: off");
        var certificates = Certificates(manifest, spec, references);
        var attributes = (edge?.Type == "network" ? AttributeTable.NetworkListener : AttributeTable.Listener).Read(manifest, spec.Attributes);
        if (spec.DefaultActions is not { Count: > 0 }) manifest.Error("spec.defaultActions", "is required: what is done when no rule fits");
        var actions = new ActionMapping(manifest, references, spec).Map("spec.defaultActions", spec.DefaultActions);
        return manifest.IsWrong || balancer.Id is null ? null : new Listener
        {
            ListenerArn = AwsNames.ListenerArn(scope, balancer.Id, port),
            LoadBalancerArn = balancer.Id,
            Port = port,
            Protocol = spec.Protocol!,
            SslPolicy = spec.SslPolicy,
            Certificates = certificates,
            AlpnPolicy = alpn,
            Attributes = attributes,
            DefaultActions = actions,
        };
    }

    private static List<string> Certificates(AckManifest manifest, ListenerSpec spec, AckReferences references)
    {
        var arns = new List<string>();
        for (var i = 0; i < spec.Certificates?.Count; i++)
        {
            var written = spec.Certificates[i];
            var field = $"spec.certificates[{i}]";
            manifest.Refuse($"{field}.isDefault", i > 0 && written.IsDefault == true, "the first certificate is the default; move this one there");
            var found = references.Resolve(
                manifest, "Certificate", $"{field}.", "certificateARN", written.CertificateARN, "certificateRef", written.CertificateRef);
            if (found.Id is not null) arns.Add(found.Id);
        }

        return arns;
    }
}
