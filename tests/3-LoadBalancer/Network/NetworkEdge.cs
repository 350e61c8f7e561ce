using Usher.Model.Aws;

namespace Usher.LoadBalancer.Tests;

/// <summary>What a test adds for Network Load Balancers: "net" (127.N.0.2) beside the edge's own.</summary>
internal static class NetworkEdge
{
    internal static string Arn { get; } = AwsNames.LoadBalancerArn(Edge.Scope, "net", network: true);

    internal static string ListenerArn(int port) => AwsNames.ListenerArn(Edge.Scope, Arn, port);

    internal static Edge Network(this Edge edge, params (string Key, string Value)[] attributes) => edge.Add("LoadBalancer", "net", new Model.Aws.LoadBalancer
    {
        LoadBalancerArn = Arn, Name = "net", DnsName = AwsNames.NetworkLoadBalancerDnsName(Edge.Scope, "net"), Type = "network",
        Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
    });

    internal static Edge NetworkListener(this Edge edge, int port, RuleAction action, string protocol = "TCP", params (string Key, string Value)[] attributes) =>
        edge.Add("Listener", $"net-{port}", new Listener
        {
            ListenerArn = ListenerArn(port), LoadBalancerArn = Arn, Port = port, Protocol = protocol, DefaultActions = [action],
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });

    internal static Edge TlsListener(this Edge edge, int port, RuleAction action, string alpn = "None", string policy = "ELBSecurityPolicy-TLS13-1-2-2021-06", params (string Key, string Value)[] attributes) =>
        edge.Add("Listener", $"net-{port}", new Listener
        {
            ListenerArn = ListenerArn(port), LoadBalancerArn = Arn, Port = port, Protocol = "TLS", DefaultActions = [action], AlpnPolicy = alpn, SslPolicy = policy,
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });

    /// <summary>A group whose target is an Application Load Balancer, the edge's own unless another is named.</summary>
    internal static Edge AlbGroup(this Edge edge, string name, int number, string? arn = null, int? port = null, params (string Key, string Value)[] attributes) =>
        edge.Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Edge.Scope, name), Name = name, Protocol = "TCP", Port = number, TargetType = "alb",
            HealthCheck = new() { Protocol = "HTTP", Path = "/", TimeoutSeconds = 6, Matcher = "200-399", IntervalSeconds = 5 },
            Targets = [new TargetDescription(arn ?? Edge.Arn, port)],
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });

    internal static Edge NetworkGroup(this Edge edge, string name, string[] targets, string protocol = "TCP", string type = "instance", Model.Aws.HealthCheck? check = null, params (string Key, string Value)[] attributes) =>
        edge.Group(new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(Edge.Scope, name), Name = name, Protocol = protocol, Port = 30080, TargetType = type,
            HealthCheck = check ?? new Model.Aws.HealthCheck { Protocol = "TCP", TimeoutSeconds = 10, Matcher = "200-399", IntervalSeconds = 5 },
            Targets = [.. targets.Select(t => t.Split(':')).Select(t => new TargetDescription(t[0], t.Length > 1 ? int.Parse(t[1], null) : null))],
            Attributes = attributes.ToDictionary(a => a.Key, a => a.Value),
        });
}
