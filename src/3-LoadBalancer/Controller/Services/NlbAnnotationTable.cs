namespace Usher.LoadBalancer;

/// <summary>
/// All annotations of Services that the AWS Load Balancer Controller reads (its guide, Service annotations; names as in v3), and those that were the in-tree cloud provider's alone. docs/aws-load-balancer-controller.md lists the
/// same.
/// </summary>
internal static class NlbAnnotationTable
{
    internal const string Prefix = "service.beta.kubernetes.io/";

    /// <summary>What stands before nearly all of their names.</summary>
    internal const string Start = "aws-load-balancer-";

    /// <summary>Of the in-tree cloud provider's Classic Load Balancers, and read by nobody since.</summary>
    internal static readonly string[] InTree =
        [$"{Start}connection-draining-enabled", $"{Start}connection-draining-timeout", $"{Start}connection-idle-timeout", $"{Start}extra-security-groups", $"{Start}target-group-arn"];

    private static readonly string[] Applied =
    [
        $"{Start}type", $"{Start}nlb-target-type", $"{Start}name", $"{Start}scheme", $"{Start}internal", $"{Start}attributes", $"{Start}access-log-enabled", $"{Start}access-log-s3-bucket-name",
        $"{Start}access-log-s3-bucket-prefix", $"{Start}cross-zone-load-balancing-enabled", $"{Start}ssl-cert", $"{Start}ssl-ports", $"{Start}ssl-negotiation-policy", $"{Start}alpn-policy",
        $"{Start}backend-protocol", $"{Start}enable-tcp-udp-listener", $"{Start}target-group-attributes", $"{Start}proxy-protocol", $"{Start}proxy-protocol-per-target-group",
        $"{Start}target-node-labels", $"{Start}healthcheck-port", $"{Start}healthcheck-protocol", $"{Start}healthcheck-path", $"{Start}healthcheck-interval", $"{Start}healthcheck-timeout",
        $"{Start}healthcheck-healthy-threshold", $"{Start}healthcheck-unhealthy-threshold", $"{Start}healthcheck-success-codes",
    ];

    private static readonly string[] Silent =
    [
        $"{Start}additional-resource-tags", $"{Start}subnets", $"{Start}manage-backend-security-group-rules", $"{Start}multi-cluster-target-group", $"{Start}minimum-load-balancer-capacity",
        $"{Start}enable-icmp-for-path-mtu-discovery", $"{Start}enable-prefix-for-ipv6-source-nat", $"{Start}source-nat-ipv6-prefixes",
    ];

    private static readonly string[] WithoutEffect =
    [
        $"{Start}ip-address-type", $"{Start}eip-allocations", $"{Start}eip-allocations-discovery-tags", $"{Start}private-ipv4-addresses", $"{Start}ipv6-addresses", $"{Start}security-groups",
        $"{Start}security-group-prefix-lists", $"{Start}inbound-sg-rules-on-private-link-traffic", $"{Start}disable-nlb-sg", "load-balancer-source-ranges", .. InTree,
    ];

    private static readonly string[] Refused = [$"{Start}quic-enabled-ports"];

    internal static AnnotationTable Table { get; } = new(
        Prefix, [("actions.", AnnotationState.Applied), ($"{Start}listener-attributes.", AnnotationState.Applied)],
        (Applied, AnnotationState.Applied), (Silent, AnnotationState.Silent), (WithoutEffect, AnnotationState.WithoutEffect), (Refused, AnnotationState.Refused));
}
