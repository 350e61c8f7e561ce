using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's LoadBalancer → <see cref="LoadBalancer"/>. Subnets, security groups and tags have no effect here: which zones the subnets are in, their ids don't tell.</summary>
internal static class LoadBalancerMapping
{
    internal static LoadBalancer? Map(AckManifest manifest, LoadBalancerSpec spec, AwsScope scope)
    {
        var name = ElbName.Check(manifest, spec.Name);
        if (name.StartsWith("internal-", StringComparison.Ordinal)) manifest.Error("spec.name", $"found {Found.Quote(name)}; a name can't begin with internal-");
        var type = "";
        if (spec.Type == "gateway") manifest.Error("spec.type", "found gateway; application and network load balancers are supported");
        else type = manifest.OneOf("spec.type", spec.Type, "application", "application", "network");
        var network = type == "network";
        var scheme = manifest.OneOf("spec.scheme", spec.Scheme, "internet-facing", "internet-facing", "internal");
        manifest.Refuse("spec.ipAddressType", spec.IpAddressType is not (null or "ipv4"), $"found {spec.IpAddressType}; ipv4 is supported");
        var attributes = (network ? AttributeTable.NetworkLoadBalancer : AttributeTable.LoadBalancer).Read(manifest, spec.Attributes);
        return manifest.IsWrong ? null : new LoadBalancer
        {
            LoadBalancerArn = AwsNames.LoadBalancerArn(scope, name, network),
            Name = name,
            DnsName = network ? AwsNames.NetworkLoadBalancerDnsName(scope, name) : AwsNames.LoadBalancerDnsName(scope, name, scheme == "internal"),
            Type = type,
            Scheme = scheme,
            AvailabilityZones = spec.Zones,
            Attributes = attributes,
        };
    }
}
