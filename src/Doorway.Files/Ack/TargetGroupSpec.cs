namespace Usher.Doorway.Files.Ack;

/// <summary><c>TargetGroup.spec</c> of elbv2.services.k8s.aws/v1alpha1.</summary>
internal sealed class TargetGroupSpec
{
    public string? Name { get; set; }

    public string? Protocol { get; set; }

    public string? ProtocolVersion { get; set; }

    public long? Port { get; set; }

    public string? TargetType { get; set; }

    public string? IpAddressType { get; set; }

    public bool? HealthCheckEnabled { get; set; }

    public long? HealthCheckIntervalSeconds { get; set; }

    public string? HealthCheckPath { get; set; }

    public string? HealthCheckPort { get; set; }

    public string? HealthCheckProtocol { get; set; }

    public long? HealthCheckTimeoutSeconds { get; set; }

    public long? HealthyThresholdCount { get; set; }

    public long? UnhealthyThresholdCount { get; set; }

    public MatcherSpec? Matcher { get; set; }

    public List<TargetSpec>? Targets { get; set; }

    /// <summary>Usher's own, in the shape of a load balancer's: ACK has no field for ModifyTargetGroupAttributes.</summary>
    public List<AckAttribute>? Attributes { get; set; }

    public List<AckTag>? Tags { get; set; }

    public string? VpcID { get; set; }

    public AckReference? VpcRef { get; set; }
}

internal sealed class MatcherSpec
{
    public string? GrpcCode { get; set; }

    public string? HttpCode { get; set; }
}

internal sealed class TargetSpec
{
    public string? AvailabilityZone { get; set; }

    public string? Id { get; set; }

    public long? Port { get; set; }
}
