namespace Usher.Doorway.Files.Ack;

/// <summary><c>HostedZone.spec</c> of route53.services.k8s.aws/v1alpha1.</summary>
internal sealed class HostedZoneSpec
{
    public string? Name { get; set; }

    public HostedZoneConfig? HostedZoneConfig { get; set; }

    public HostedZoneVpc? Vpc { get; set; }

    public string? DelegationSetID { get; set; }

    public AckReference? DelegationSetRef { get; set; }

    public List<AckTag>? Tags { get; set; }
}

internal sealed class HostedZoneConfig
{
    public string? Comment { get; set; }

    public bool? PrivateZone { get; set; }
}

internal sealed class HostedZoneVpc
{
    public string? VpcID { get; set; }

    public AckReference? VpcRef { get; set; }

    public string? VpcRegion { get; set; }
}

/// <summary><c>RecordSet.spec</c> of route53.services.k8s.aws/v1alpha1.</summary>
internal sealed class RecordSetSpec
{
    public string? Name { get; set; }

    public string? RecordType { get; set; }

    public string? HostedZoneID { get; set; }

    public AckReference? HostedZoneRef { get; set; }

    public long? Ttl { get; set; }

    public List<ResourceRecord>? ResourceRecords { get; set; }

    public RecordSetAliasTarget? AliasTarget { get; set; }

    public object? ChangeBatch { get; set; }

    public object? CidrRoutingConfig { get; set; }

    public string? Failover { get; set; }

    public object? GeoLocation { get; set; }

    public object? GeoProximityLocation { get; set; }

    public string? HealthCheckID { get; set; }

    public AckReference? HealthCheckRef { get; set; }

    public bool? MultiValueAnswer { get; set; }

    public string? Region { get; set; }

    public string? SetIdentifier { get; set; }

    public long? Weight { get; set; }
}

internal sealed class ResourceRecord
{
    public string? Value { get; set; }
}

internal sealed class RecordSetAliasTarget
{
    public string? DnsName { get; set; }

    public bool? EvaluateTargetHealth { get; set; }

    public string? HostedZoneID { get; set; }
}
