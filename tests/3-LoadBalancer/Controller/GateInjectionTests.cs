using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>Which readiness gates a new pod gets.</summary>
public sealed class GateInjectionTests
{
    private const string Arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/own/1";
    private const string Enabled = "elbv2.k8s.aws/pod-readiness-gate-inject: enabled";
    private const string Legacy = "target-health.alb.ingress.k8s.aws/web_web_80";

    // MADE stands for the name of the binding that the controller makes of the Ingress.
    [Theory]
    [InlineData(Enabled, "ip", "", "", "target-health.elbv2.k8s.aws/MADE")]
    [InlineData(Enabled, "instance", "", "", "")]
    [InlineData("elbv2.k8s.aws/pod-readiness-gate-inject: disabled", "ip", "", "", "")]
    [InlineData("", "ip", "", "", "")]
    [InlineData(Enabled, "ip", "example.com/own", "", "example.com/own target-health.elbv2.k8s.aws/MADE")]
    [InlineData(Enabled, "ip", Legacy, "", "target-health.elbv2.k8s.aws/MADE")]
    [InlineData(Enabled, "instance", Legacy, "", Legacy)]
    [InlineData(Enabled, "instance", "", "targetGroupName: own", "target-health.elbv2.k8s.aws/bound")]
    [InlineData(Enabled, "instance", "target-health.elbv2.k8s.aws/bound", "targetGroupName: own", "target-health.elbv2.k8s.aws/bound")]
    [InlineData(Enabled, "ip", "", "targetGroupName: own, targetType: ip", "target-health.elbv2.k8s.aws/bound target-health.elbv2.k8s.aws/MADE")]
    [InlineData(Enabled, "instance", "", "targetGroupName: other", "")] // isn't accepted: it would never be opened
    public void Table(string label, string type, string written, string binding, string gates)
    {
        var cluster = Cluster(label, type, written, binding);
        var running = cluster.Reconcile();
        var made = running.All<TargetGroupBinding>().Single(b => b.Key.Name != "bound").Key.Name;

        Assert.Equal(gates.Replace("MADE", made, StringComparison.Ordinal), Gates(cluster.Admit("web-1", running)));
        if (binding != "targetGroupName: other") Assert.Empty(cluster.Refused);
    }

    [Fact]
    public void Bindings_of_other_Services_and_namespaces_count_not()
    {
        var cluster = new AlbCluster(Namespace(Enabled) + Service() + Service("more") + Ingress("web", Rule(), "~target-type: ip"));
        var running = cluster.Reconcile();

        Assert.StartsWith("target-health.elbv2.k8s.aws/k8s-shop-web-", Gates(cluster.Admit("web-1", running)), StringComparison.Ordinal);
        Assert.Equal("", Gates(cluster.Admit("more-1", running)));
    }

    [Fact]
    public void A_pod_that_is_made_before_the_binding_has_none()
    {
        var cluster = Cluster(Enabled, "ip", "", "");

        Assert.Same(cluster.Written<V1Pod>("web-1"), cluster.Admit("web-1", DesiredState.Empty));
    }

    private static string Gates(V1Pod pod) => string.Join(' ', (pod.Spec.ReadinessGates ?? []).Select(g => g.ConditionType));

    private static string Namespace(string label) => $"apiVersion: v1\nkind: Namespace\nmetadata: {{ name: shop, labels: {{ {label} }} }}\n---\n";

    private static AlbCluster Cluster(string label, string type, string written, string binding)
    {
        var service = written.Length == 0 ? Service() : Service().Replace("spec: { nodeName", $"spec: {{ readinessGates: [{{ conditionType: {written} }}], nodeName", StringComparison.Ordinal);
        var bound = binding.Length == 0 ? "" : $$"""
            apiVersion: elbv2.k8s.aws/v1beta1
            kind: TargetGroupBinding
            metadata: { name: bound, namespace: shop }
            spec: { {{binding}}, serviceRef: { name: web, port: 80 } }
            ---

            """;
        var own = new TargetGroup { TargetGroupArn = Arn, Name = "own", TargetType = "ip", Port = 80 };
        return new AlbCluster(
            Namespace(label) + service + Ingress("web", Rule(), $"~target-type: {type}") + bound,
            new Resource(new ResourceKey("elbv2.services.k8s.aws", "TargetGroup", "edge", "own"), own, new Origin("files", "edge.yaml", 1)));
    }
}
