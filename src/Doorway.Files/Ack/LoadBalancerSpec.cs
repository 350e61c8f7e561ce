namespace Usher.Doorway.Files.Ack;

/// <summary><c>LoadBalancer.spec</c> of elbv2.services.k8s.aws/v1alpha1.</summary>
internal sealed class LoadBalancerSpec
{
    public string? Name { get; set; }

    public string? Type { get; set; }

    public string? Scheme { get; set; }

    public string? IpAddressType { get; set; }

    public List<AckAttribute>? Attributes { get; set; }

    public string? CustomerOwnedIPv4Pool { get; set; }

    public List<AckReference>? SecurityGroupRefs { get; set; }

    public List<string>? SecurityGroups { get; set; }

    public List<SubnetMapping>? SubnetMappings { get; set; }

    public List<AckReference>? SubnetRefs { get; set; }

    public List<string>? Subnets { get; set; }

    public List<AckTag>? Tags { get; set; }

    /// <summary>The zones that the object's status tells; empty when it tells none. No field of the spec.</summary>
    internal IReadOnlyList<string> Zones { get; set; } = [];
}

internal sealed class SubnetMapping
{
    public string? AllocationID { get; set; }

    public string? Ipv6Address { get; set; }

    public string? PrivateIPv4Address { get; set; }

    public string? SubnetID { get; set; }

    public AckReference? SubnetRef { get; set; }
}
