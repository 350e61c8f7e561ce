namespace Usher.LoadBalancer;

/// <summary>What becomes of an annotation of the AWS Load Balancer Controller.</summary>
internal enum AlbAnnotationState
{
    /// <summary>It does what the controller makes of it.</summary>
    Applied,

    /// <summary>It changes nothing that a request meets here, and is accepted without a word.</summary>
    Silent,

    /// <summary>It would keep requests out or change their way on AWS, and has no effect here: a warning.</summary>
    WithoutEffect,

    /// <summary>It would change what is answered, and isn't supported: an error.</summary>
    Refused,
}

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
    ];

    private static readonly string[] Silent = ["tags", "subnets", "manage-backend-security-group-rules", "customer-owned-ipv4-pool", "minimum-load-balancer-capacity", "ipam-ipv4-pool-id"];

    private static readonly string[] WithoutEffect =
    [
        "ip-address-type", "security-groups", "inbound-cidrs", "security-group-prefix-lists", "wafv2-acl-arn", "wafv2-acl-name", "waf-acl-id", "web-acl-id", "shield-advanced-protection",
    ];

    private static readonly string[] Refused =
    [
        "auth-type", "auth-idp-cognito", "auth-idp-oidc", "auth-on-unauthenticated-request", "auth-scope", "auth-session-cookie", "auth-session-timeout", "mutual-authentication",
        "multi-cluster-target-group", "enable-frontend-nlb", "frontend-nlb-scheme", "frontend-nlb-subnets", "frontend-nlb-security-groups", "frontend-nlb-listener-port-mapping",
        "frontend-nlb-eip-allocations", "frontend-nlb-healthcheck-port", "frontend-nlb-healthcheck-protocol", "frontend-nlb-healthcheck-path", "frontend-nlb-healthcheck-interval-seconds",
        "frontend-nlb-healthcheck-timeout-seconds", "frontend-nlb-healthcheck-healthy-threshold-count", "frontend-nlb-healthcheck-unhealthy-threshold-count",
        "frontend-nlb-healthcheck-success-codes", "frontend-nlb-attributes", "frontend-nlb-tags", "create-acm-cert", "acm-pca-arn", "dry-run-plan",
    ];

    // What follows the dot is a name: of a backend, or of a listener.
    private static readonly (string Start, AlbAnnotationState State)[] Named =
    [
        ("actions.", AlbAnnotationState.Applied), ("conditions.", AlbAnnotationState.Applied), ("transforms.", AlbAnnotationState.Applied), ("listener-attributes.", AlbAnnotationState.Applied),
        ("target-control-port.", AlbAnnotationState.Refused),
    ];

    private static readonly Dictionary<string, AlbAnnotationState> States = new[]
    {
        (OfTargetGroups, AlbAnnotationState.Applied), (OfIngresses, AlbAnnotationState.Applied), (Silent, AlbAnnotationState.Silent), (WithoutEffect, AlbAnnotationState.WithoutEffect),
        (Refused, AlbAnnotationState.Refused),
    }.SelectMany(group => group.Item1.Select(name => (Name: name, State: group.Item2))).ToDictionary(pair => pair.Name, pair => pair.State, StringComparer.Ordinal);

    /// <summary>Every annotation; one that ends in <c>NAME</c> stands for those of any name.</summary>
    internal static IEnumerable<(string Name, AlbAnnotationState State)> All => States.Select(pair => (pair.Key, pair.Value)).Concat(Named.Select(n => (n.Start + "NAME", n.State)));

    /// <summary>Every annotation without its prefix and, where it has one, without its name.</summary>
    internal static IEnumerable<string> Names => States.Keys.Concat(Named.Select(n => n.Start));

    /// <summary>What becomes of an annotation, without its prefix; null for one that the controller doesn't have.</summary>
    internal static AlbAnnotationState? Of(string name)
    {
        if (States.TryGetValue(name, out var state)) return state;
        foreach (var (start, own) in Named)
        {
            if (name.Length > start.Length && name.StartsWith(start, StringComparison.Ordinal)) return own;
        }

        return null;
    }
}
