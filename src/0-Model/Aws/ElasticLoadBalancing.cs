using System.Globalization;
using Usher.Model.Desired;

namespace Usher.Model.Aws;

/// <summary>An Application or Network Load Balancer (<c>LoadBalancer</c> in the ELBv2 API).</summary>
public sealed record LoadBalancer
{
    /// <summary>Its ARN.</summary>
    public required string LoadBalancerArn { get; init; }

    /// <summary>Its name: at most 32 letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The name that Route 53 aliases to.</summary>
    public required string DnsName { get; init; }

    /// <summary><c>application</c> (default) or <c>network</c>.</summary>
    public string Type { get; init; } = "application";

    /// <summary>Whether it is a Network Load Balancer.</summary>
    public bool IsNetwork => Type == "network";

    /// <summary><c>internet-facing</c> (default) or <c>internal</c>.</summary>
    public string Scheme { get; init; } = "internet-facing";

    /// <summary>The Ingresses that the AWS Load Balancer Controller made it of, whose address is its name; empty for any other.</summary>
    public IReadOnlyList<ResourceKey> Ingresses { get; init; } = [];

    /// <summary>The names of its Availability Zones, in order; in each it has a node with an address of its own. Empty as long as nobody has derived them.</summary>
    public IReadOnlyList<string> AvailabilityZones { get; init; } = [];

    /// <summary>Attributes by key, as <c>ModifyLoadBalancerAttributes</c> takes them (<c>idle_timeout.timeout_seconds</c>).</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The Service that the AWS Load Balancer Controller made it of, whose external address is its name; null for any other.</summary>
    public ResourceKey? Service { get; init; }
}

/// <summary>A listener: a port and protocol of a load balancer, its certificates and its default rule.</summary>
public sealed record Listener
{
    /// <summary>Its ARN.</summary>
    public required string ListenerArn { get; init; }

    /// <summary>The load balancer it belongs to.</summary>
    public required string LoadBalancerArn { get; init; }

    /// <summary>The declared port, 1–65535.</summary>
    public required int Port { get; init; }

    /// <summary><c>HTTP</c> or <c>HTTPS</c>; of a Network Load Balancer <c>TCP</c>, <c>TLS</c>, <c>UDP</c> or <c>TCP_UDP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The TLS policy of an HTTPS or TLS listener; null when the API isn't told, for <c>ELBSecurityPolicy-2016-08</c>.</summary>
    public string? SslPolicy { get; init; }

    /// <summary>ARNs of the certificates of an HTTPS or TLS listener, the default first.</summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];

    /// <summary>The ALPN policy of a TLS listener: <c>HTTP1Only</c>, <c>HTTP2Only</c>, <c>HTTP2Optional</c>, <c>HTTP2Preferred</c> or <c>None</c>, the default.</summary>
    public string AlpnPolicy { get; init; } = "None";

    /// <summary>What the default rule does.</summary>
    public required IReadOnlyList<RuleAction> DefaultActions { get; init; }

    /// <summary>Attributes by key, as <c>ModifyListenerAttributes</c> takes them (<c>routing.http.response.server.enabled</c>).</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The Ingress that the default action is of: its default backend, or its <c>ssl-redirect</c>; null when there is none.</summary>
    public ResourceKey? Ingress { get; init; }
}

/// <summary>A listener rule: conditions that must all hold, and the action then taken.</summary>
public sealed record ListenerRule
{
    /// <summary>Its ARN.</summary>
    public required string RuleArn { get; init; }

    /// <summary>The listener it belongs to.</summary>
    public required string ListenerArn { get; init; }

    /// <summary>1–50,000, unique in its listener; the lowest is tried first.</summary>
    public required int Priority { get; init; }

    /// <summary>All must hold.</summary>
    public IReadOnlyList<RuleCondition> Conditions { get; init; } = [];

    /// <summary>What is done when they do.</summary>
    public required IReadOnlyList<RuleAction> Actions { get; init; }

    /// <summary>How a request is rewritten on its way to a target; at most one of each type.</summary>
    public IReadOnlyList<RuleTransform> Transforms { get; init; } = [];

    /// <summary>The Ingress that the AWS Load Balancer Controller made it of; null when somebody wrote it.</summary>
    public ResourceKey? Ingress { get; init; }

    /// <summary>The path of that Ingress; null when somebody wrote it.</summary>
    public IngressPath? Path { get; init; }
}

/// <summary>A transform of a rule (<c>RuleTransform</c> in the ELBv2 API).</summary>
/// <param name="Type"><c>host-header-rewrite</c> or <c>url-rewrite</c>.</param>
/// <param name="Rewrites">What is looked for and what stands there afterwards; one.</param>
public sealed record RuleTransform(string Type, IReadOnlyList<RewriteConfig> Rewrites);

/// <summary>A rewrite of a transform.</summary>
/// <param name="Regex">The regular expression, at most 1024 characters.</param>
/// <param name="Replace">What stands in place of the match, at most 1024 characters; <c>$1</c> is what the first group matched.</param>
public sealed record RewriteConfig(string Regex, string Replace);

/// <summary>One condition of a rule; any of its values satisfies it.</summary>
public sealed record RuleCondition
{
    /// <summary><c>host-header</c>, <c>path-pattern</c>, <c>http-header</c>, <c>http-request-method</c>, <c>query-string</c> or <c>source-ip</c>.</summary>
    public required string Field { get; init; }

    /// <summary>The values; patterns may use <c>*</c> and <c>?</c>, where the field allows them.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Regular expressions instead of values, in a <c>host-header</c>, <c>path-pattern</c> or <c>http-header</c> condition.</summary>
    public IReadOnlyList<string> RegexValues { get; init; } = [];

    /// <summary>The header of an <c>http-header</c> condition.</summary>
    public string? HttpHeaderName { get; init; }

    /// <summary>The pairs of a <c>query-string</c> condition; a null key matches any.</summary>
    public IReadOnlyList<QueryStringPair> QueryStrings { get; init; } = [];
}

/// <summary>A pair of a <c>query-string</c> condition.</summary>
/// <param name="Key">The key's pattern, or null for any.</param>
/// <param name="Value">The value's pattern.</param>
public sealed record QueryStringPair(string? Key, string Value);

/// <summary>A target group: where a forward action's requests go, and how their health is checked.</summary>
public sealed record TargetGroup
{
    /// <summary>Its ARN.</summary>
    public required string TargetGroupArn { get; init; }

    /// <summary>Its name: at most 32 letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary><c>HTTP</c> or <c>HTTPS</c>; of a Network Load Balancer <c>TCP</c>, <c>TLS</c>, <c>UDP</c> or <c>TCP_UDP</c>.</summary>
    public string Protocol { get; init; } = "HTTP";

    /// <summary>Whether it is for Network Load Balancers.</summary>
    public bool IsNetwork => Protocol is not ("HTTP" or "HTTPS");

    /// <summary><c>HTTP1</c> (default), <c>HTTP2</c> or <c>GRPC</c>.</summary>
    public string ProtocolVersion { get; init; } = "HTTP1";

    /// <summary>The targets' port unless a target says otherwise.</summary>
    public int Port { get; init; }

    /// <summary><c>instance</c> (default) or <c>ip</c>.</summary>
    public string TargetType { get; init; } = "instance";

    /// <summary>The health check.</summary>
    public HealthCheck HealthCheck { get; init; } = new();

    /// <summary>The registered targets.</summary>
    public IReadOnlyList<TargetDescription> Targets { get; init; } = [];

    /// <summary>Attributes by key, as <c>ModifyTargetGroupAttributes</c> takes them (<c>load_balancing.algorithm.type</c>).</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>A target group's health check, with the API's defaults for HTTP.</summary>
public sealed record HealthCheck
{
    /// <summary><c>HTTP</c> or <c>HTTPS</c>; for Network Load Balancers <c>TCP</c> too.</summary>
    public string Protocol { get; init; } = "HTTP";

    /// <summary><c>traffic-port</c> or a port number.</summary>
    public string Port { get; init; } = "traffic-port";

    /// <summary>The port of a target that is checked.</summary>
    /// <param name="traffic">The one that it serves at.</param>
    public int PortOf(int traffic) => int.TryParse(Port, CultureInfo.InvariantCulture, out var other) ? other : traffic;

    /// <summary>The path asked for.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Seconds between two checks of a target, 5–300.</summary>
    public int IntervalSeconds { get; init; } = 30;

    /// <summary>Seconds after which a check without an answer has failed, 2–120.</summary>
    public int TimeoutSeconds { get; init; } = 6;

    /// <summary>Successes in a row that make a target healthy again, 2–10.</summary>
    public int HealthyThresholdCount { get; init; } = 5;

    /// <summary>Failures in a row that make a target unhealthy, 2–10.</summary>
    public int UnhealthyThresholdCount { get; init; } = 2;

    /// <summary>Codes that count as success: <c>200</c>, <c>200,202</c> or <c>200-399</c>.</summary>
    public string Matcher { get; init; } = "200";
}

/// <summary>A registered target.</summary>
/// <param name="Id">An instance id (<c>i-…</c>) or an IP address, by the group's target type.</param>
/// <param name="Port">Its port, or null for the group's.</param>
/// <param name="AvailabilityZone">Its zone, or null when derived.</param>
public sealed record TargetDescription(string Id, int? Port = null, string? AvailabilityZone = null)
{
    /// <summary>The pod whose IP address it is, in the place of <see cref="Id"/>: one that was just derived has no address yet.</summary>
    public ResourceKey? Pod { get; init; }

    /// <summary>A pod's address as a target.</summary>
    public static TargetDescription Of(ResourceKey pod, int port) => new("", port) { Pod = pod };
}
