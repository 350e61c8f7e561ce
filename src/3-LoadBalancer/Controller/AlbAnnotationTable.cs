namespace Usher.LoadBalancer;

/// <summary>
/// All annotations of the AWS Load Balancer Controller below <see cref="Prefix"/> (its guide, Ingress annotations; names as in v3). docs/aws-load-balancer-controller.md lists the same.
/// </summary>
internal static class AlbAnnotationTable
{
    internal const string Prefix = "alb.ingress.kubernetes.io/";

    /// <summary>Of one target group; a Service's own beat its Ingress's.</summary>
    internal static readonly string[] OfTargetGroups =
    [
        "target-type", "backend-protocol", "backend-protocol-version", "target-group-attributes", "target-node-labels", "healthcheck-port", "healthcheck-protocol", "healthcheck-path",
        "healthcheck-interval-seconds", "healthcheck-timeout-seconds", "healthy-threshold-count", "unhealthy-threshold-count", "success-codes",
    ];

    private static readonly string[] OfIngresses =
    [
        "load-balancer-name", "group.name", "group.order", "scheme", "listen-ports", "ssl-redirect", "certificate-arn", "ssl-policy", "load-balancer-attributes", "use-regex-path-match", "jwt-validation",
        "enable-frontend-nlb",
    ];

    /// <summary>Of the Network Load Balancer in front of an Ingress's load balancer.</summary>
    internal static readonly string[] OfFrontends =
    [
        "frontend-nlb-scheme", "frontend-nlb-listener-port-mapping", "frontend-nlb-attributes", "frontend-nlb-status-only", "frontend-nlb-healthcheck-port", "frontend-nlb-healthcheck-protocol", "frontend-nlb-healthcheck-path",
        "frontend-nlb-healthcheck-interval-seconds", "frontend-nlb-healthcheck-timeout-seconds", "frontend-nlb-healthcheck-healthy-threshold-count", "frontend-nlb-healthcheck-unhealthy-threshold-count",
        "frontend-nlb-healthcheck-success-codes",
    ];

    private static readonly string[] Silent = ["tags", "subnets", "manage-backend-security-group-rules", "multi-cluster-target-group", "customer-owned-ipv4-pool", "minimum-load-balancer-capacity", "ipam-ipv4-pool-id", "frontend-nlb-subnets", "frontend-nlb-tags"];

    /// <summary>Of the controller's first version alone, with what stands in their places (its sources up to v1.0, <c>internal/ingress/annotations</c>).</summary>
    internal static readonly Dictionary<string, string> Former = new(StringComparer.Ordinal)
    {
        ["attributes"] = "load-balancer-attributes", ["security-group-inbound-cidrs"] = "inbound-cidrs", ["connection-idle-timeout"] = "load-balancer-attributes: idle_timeout.timeout_seconds=…",
    };

    private static readonly string[] WithoutEffect =
    [
        "ip-address-type", "security-groups", "inbound-cidrs", "security-group-prefix-lists", "wafv2-acl-arn", "wafv2-acl-name", "waf-acl-id", "web-acl-id", "shield-advanced-protection",
        "frontend-nlb-security-groups", "frontend-nlb-eip-allocations", .. Former.Keys,
    ];

    private static readonly string[] Refused =
    [
        "auth-type", "auth-idp-cognito", "auth-idp-oidc", "auth-on-unauthenticated-request", "auth-scope", "auth-session-cookie", "auth-session-timeout", "mutual-authentication",
        "create-acm-cert", "acm-pca-arn", "dry-run-plan",
    ];

    // What follows the dot is a name: of a backend, or of a listener.
    private static readonly (string Start, AnnotationState State)[] Named =
    [
        ("actions.", AnnotationState.Applied), ("conditions.", AnnotationState.Applied), ("transforms.", AnnotationState.Applied), ("listener-attributes.", AnnotationState.Applied),
        ("target-control-port.", AnnotationState.Refused),
    ];

    internal static AnnotationTable Table { get; } = new(
        Prefix, Named, (OfTargetGroups, AnnotationState.Applied), (OfIngresses, AnnotationState.Applied), (OfFrontends, AnnotationState.Applied), (Silent, AnnotationState.Silent), (WithoutEffect, AnnotationState.WithoutEffect), (Refused, AnnotationState.Refused));
}
