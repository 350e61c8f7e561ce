using Usher.Model.Aws;
using Usher.Model.Desired;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>TargetGroupBindings that people write for target groups that they wrote.</summary>
public sealed class BindingTests
{
    private const string Arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/own/1";

    [Theory]
    [InlineData("instance", "targetGroupARN: '" + Arn + "'", "i-node-a:30080 i-node-b:30080")]
    [InlineData("instance", "targetGroupName: own, targetType: instance", "i-node-a:30080 i-node-b:30080")]
    [InlineData("instance", "targetGroupName: own, nodeSelector: { matchLabels: { zone: b } }", "i-node-b:30080")]
    [InlineData("instance", "targetGroupName: own, nodeSelector: { matchExpressions: [{ key: zone, operator: NotIn, values: [b] }] }", "i-node-a:30080")]
    [InlineData("ip", "targetGroupName: own, ipAddressType: ipv4, vpcID: vpc-1, networking: { ingress: [{ from: [{ securityGroup: { groupID: sg-1 } }], ports: [{ port: 80, protocol: TCP }] }] }", "Pod shop/web-1:8080")]
    [InlineData("ip", "targetGroupName: own, multiClusterTargetGroup: true", "10.9.9.9: Pod shop/web-1:8080", "10.9.9.9")]
    [InlineData("ip", "targetGroupName: own", "Pod shop/web-1:8080", "10.9.9.9")]
    public void A_Service_s_nodes_or_pods_are_registered(string type, string spec, string targets, string? written = null)
    {
        var cluster = new AlbCluster(Service() + Binding("web", spec), Group(type, written));

        var group = cluster.Valid().All<TargetGroup>().Single();

        Assert.Equal(targets, string.Join(' ', group.Value.Targets.Select(t => $"{t.Pod?.ToString() ?? t.Id}:{t.Port}")));
        Assert.Equal(written is not null && !spec.Contains("multi", StringComparison.Ordinal) ? 1 : 0, cluster.Warnings.All.Count);
    }

    [Fact]
    public void What_says_the_same_is_the_same_object()
    {
        var cluster = new AlbCluster(Service() + Binding("web", "targetGroupName: own"), Group("ip"));
        var first = cluster.Reconcile();

        Assert.Same(first.All<TargetGroup>().Single().Value, cluster.Reconcile(first).All<TargetGroup>().Single().Value);
    }

    [Theory]
    [InlineData("instance", "targetGroupName: other", "spec.targetGroupName: found other; no TargetGroup here has that name: there are own (TargetGroup edge/own)")]
    [InlineData("instance", "targetGroupARN: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/own/73e2d6bc24d8a067'",
        "spec.targetGroupARN: found arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/own/73e2d6bc24d8a067; no TargetGroup here has that ARN: there are " + Arn + " (TargetGroup edge/own)")]
    [InlineData("instance", "targetType: instance", "spec: must provide either targetGroupARN or targetGroupName")]
    [InlineData("instance", "targetGroupName: own, targetType: ip", "spec.targetType: found ip, and TargetGroup edge/own is of target type instance; write that, or nothing")]
    [InlineData("alb", "targetGroupName: own", "spec.targetGroupName: TargetGroup edge/own is of target type alb; unsupported TargetType: instance and ip have a Service's nodes or pods")]
    [InlineData("ip", "targetGroupName: own, nodeSelector: { matchLabels: { a: b } }", "spec.nodeSelector: TargetGroupBinding cannot set NodeSelector when TargetType is ip")]
    [InlineData("instance", "targetGroupName: own, nodeSelector: { matchExpressions: [{ key: a, operator: Has }] }",
        "spec.nodeSelector.matchExpressions: Invalid value: \"Has\": not a valid selector operator; use In, NotIn, Exists or DoesNotExist")]
    [InlineData("ip", "targetGroupName: own, ipAddressType: ipv6", "spec.ipAddressType: found ipv6; invalid IP address type for TargetGroup edge/own, whose targets have IPv4 addresses")]
    [InlineData("ip", "targetGroupName: own", "spec.serviceRef.name: there is no Service shop/none", "none")]
    [InlineData("ip", "targetGroupName: own", "spec.serviceRef.port: unable to find port 81 on service shop/web; it has http (80)", "web", "81")]
    public void What_isnt_accepted_registers_nothing(string type, string spec, string told, string service = "web", string port = "80")
    {
        var cluster = new AlbCluster(Service() + Binding("web", spec, service, port), Group(type));

        var group = cluster.Reconcile().All<TargetGroup>().Single();

        Assert.Equal([$"cluster.yaml:1: TargetGroupBinding shop/web: {told}; it registers no targets until then"], cluster.Refused);
        Assert.Empty(cluster.Errors.All);
        Assert.Empty(group.Value.Targets);
    }

    [Fact]
    public void A_target_group_that_isnt_here_is_told_of_with_those_that_are()
    {
        string Told(params Resource[] groups)
        {
            var cluster = new AlbCluster(Service() + Binding("web", "targetGroupARN: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067'"), groups);
            cluster.Reconcile();
            return Assert.Single(cluster.Refused).Split("ARN: ")[^1];
        }

        Assert.Equal("write one (elbv2.services.k8s.aws); it registers no targets until then", Told());
        // The one of the same name first, and not all of many.
        Assert.Equal("there are arn:shop (TargetGroup edge/shop), arn:a (TargetGroup edge/a), arn:b (TargetGroup edge/b), arn:c (TargetGroup edge/c), arn:d (TargetGroup edge/d) and 1 more; it registers no targets until then",
            Told([.. "a b c d e shop".Split(' ').Select(n => new Resource(new ResourceKey("elbv2.services.k8s.aws", "TargetGroup", "edge", n), new TargetGroup { TargetGroupArn = $"arn:{n}", Name = n, TargetType = "ip" }, Origin.Derived))]));
    }

    [Fact]
    public void A_target_group_has_one_binding_unless_all_share_it()
    {
        string Refused(string one, string other) => string.Concat(Told(Service() + Service("more") + Binding("a", $"targetGroupName: own{one}") + Binding("b", $"targetGroupName: own{other}", "more")));
        IEnumerable<string> Told(string yaml)
        {
            var cluster = new AlbCluster(yaml, Group("ip"));
            cluster.Reconcile();
            return cluster.Refused;
        }

        Assert.Contains("TargetGroupBinding shop/b: spec.targetGroupName: TargetGroup own is already bound to TargetGroupBinding shop/a; multiClusterTargetGroup: true of both lets them share it", Refused("", ""), StringComparison.Ordinal);
        Assert.NotEmpty(Refused(", multiClusterTargetGroup: true", ""));
        Assert.Empty(Refused(", multiClusterTargetGroup: true", ", multiClusterTargetGroup: true"));
    }

    [Fact]
    public void The_controller_s_own_target_groups_are_bound_already()
    {
        var name = new AlbCluster(Service() + Ingress("web", Rule())).Valid().All<TargetGroup>().Single().Value.Name;
        var cluster = new AlbCluster(Service() + Ingress("web", Rule()) + Binding("web", $"targetGroupName: {name}"));

        cluster.Reconcile();

        Assert.Contains($"TargetGroup {name} is already bound to TargetGroupBinding shop/{name}, which the controller made", Assert.Single(cluster.Refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spec: { targetGroupName: own }", "spec.serviceRef: is required: the name of a Service and its port")]
    [InlineData("spec: { targetGroupName: own, serviceRef: { port: 80 } }", "spec.serviceRef.name: is required: the name of a Service")]
    [InlineData("spec: { targetGroupName: own, serviceRef: { name: web } }", "spec.serviceRef.port: is required: the name or number of a port of the Service")]
    [InlineData("spec: { targetGroupName: own, targetType: alb, serviceRef: { name: web, port: 80 } }", "spec.targetType: found 'alb'; allowed are instance and ip")]
    public void What_the_schema_refuses_is_an_error(string spec, string told)
    {
        var cluster = new AlbCluster(Service() + $"apiVersion: elbv2.k8s.aws/v1beta1\nkind: TargetGroupBinding\nmetadata: {{ name: web, namespace: shop }}\n{spec}\n", Group("ip"));

        cluster.Reconcile();

        Assert.Equal([$"cluster.yaml:1: TargetGroupBinding shop/web: {told}"], cluster.Errors.All.Select(e => e.ToString()));
    }

    private static Resource Group(string type, string? target = null) => new(
        new ResourceKey("elbv2.services.k8s.aws", "TargetGroup", "edge", "own"),
        new TargetGroup { TargetGroupArn = Arn, Name = "own", TargetType = type, Port = 80, Targets = target is null ? [] : [new TargetDescription(target)] }, new Origin("files", "edge.yaml", 1));

    private static string Binding(string name, string spec, string service = "web", string port = "80") => $$"""
        apiVersion: elbv2.k8s.aws/v1beta1
        kind: TargetGroupBinding
        metadata: { name: {{name}}, namespace: shop }
        spec: { {{spec}}, serviceRef: { name: {{service}}, port: {{port}} } }
        ---

        """;
}
