using Usher.Model.Aws;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>IngressClassParams: what an administrator says for all Ingresses of a class.</summary>
public sealed class ClassParamsTests
{
    private const string Class = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: { name: alb }
        spec: { controller: ingress.k8s.aws/alb, parameters: { apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: own } }
        ---

        """;

    [Fact]
    public void They_beat_the_annotations()
    {
        const string arn = "arn:aws:acm:us-west-2:123456789012:certificate/one";
        var cluster = new AlbCluster(
            Service(annotations: "alb.ingress.kubernetes.io/target-type: instance") + Class
            + Params($"group: {{ name: shared }}, scheme: internet-facing, loadBalancerName: edge, certificateArn: ['{arn}'], sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06, sslRedirectPort: '443', targetType: ip, "
                + "tags: [{ key: a, value: b }], subnets: { ids: [subnet-1] }, loadBalancerAttributes: [{ key: idle_timeout.timeout_seconds, value: '120' }], "
                + "listeners: [{ protocol: HTTPS, port: 443, listenerAttributes: [{ key: routing.http.response.server.enabled, value: 'false' }] }]")
            + Ingress("a", Rule("a.com"), "~group.name: other, ~scheme: internal, ~load-balancer-name: x, ~ssl-policy: ELBSecurityPolicy-2016-08, ~listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]', "
                + "~load-balancer-attributes: 'idle_timeout.timeout_seconds=60,routing.http2.enabled=false', "
                + "~listener-attributes.HTTPS-443: 'routing.http.response.server.enabled=true,routing.http.response.x_frame_options.header_value=DENY'")
            + Ingress("b", Rule("b.com"), "~scheme: internal"));

        var state = cluster.Valid();

        var balancer = state.All<Model.Aws.LoadBalancer>().Single().Value;
        Assert.Equal(("edge", "internet-facing"), (balancer.Name, balancer.Scheme));
        Assert.Equal("idle_timeout.timeout_seconds=120 routing.http2.enabled=false", string.Join(' ', balancer.Attributes.Select(a => $"{a.Key}={a.Value}")));
        var https = state.All<Listener>().Single(l => l.Value.Port == 443).Value;
        Assert.Equal(("ELBSecurityPolicy-TLS13-1-2-2021-06", arn), (https.SslPolicy, https.Certificates.Single()));
        Assert.Equal("routing.http.response.server.enabled=false routing.http.response.x_frame_options.header_value=DENY", string.Join(' ', https.Attributes.Select(a => $"{a.Key}={a.Value}")));
        Assert.Equal("443", state.All<Listener>().Single(l => l.Value.Port == 80).Value.DefaultActions.Single().Redirect!.Port);
        Assert.All(state.All<TargetGroup>(), g => Assert.Equal("ip", g.Value.TargetType));
        Assert.Equal(2, state.All<TargetGroup>().Count());
    }

    [Theory]
    [InlineData("{ matchLabels: { team: a } }", true)]
    [InlineData("{ matchLabels: { team: b } }", false)]
    [InlineData("{ matchLabels: { kubernetes.io/metadata.name: shop } }", true)]
    [InlineData("{}", true)]
    public void A_namespace_may_have_the_class_or_not(string selector, bool may)
    {
        var cluster = new AlbCluster(Service() + "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { team: a } }\n---\n" + Class + Params($"namespaceSelector: {selector}") + Ingress("web", Rule()));

        Assert.Equal(may, cluster.Reconcile().All<Model.Aws.LoadBalancer>().Any());
        Assert.Equal(
            may ? [] : ["cluster.yaml:1: Ingress shop/web: spec.ingressClassName: invalid ingress class: namespaceSelector of IngressClassParams own mismatch: namespace shop may not have the class alb; nothing is made of it until then"],
            cluster.Refused);
    }

    [Fact]
    public void A_group_whose_member_loses_its_class_stays_as_it_was()
    {
        var cluster = new AlbCluster(Service() + Ingress("a", Rule("a.com"), "~group.name: g") + Ingress("b", Rule("b.com"), "~group.name: g"));
        var first = cluster.Reconcile();
        var broken = new AlbCluster(Service() + Class + Ingress("a", Rule("a.com"), "~group.name: g") + Ingress("b", Rule("b.com"), "~group.name: g"));

        var second = broken.Reconcile(first);

        Assert.Equal(2, broken.Refused.Count());
        Assert.All(broken.Refused, r => Assert.EndsWith(
            "spec.ingressClassName: Ingress has invalid IngressClass configuration: IngressClass alb has the parameters own, and there is no IngressClassParams of that name; until then IngressGroup g stays as it was", r, StringComparison.Ordinal));
        Assert.Equal(2, second.All<ListenerRule>().Count(r => ReferenceEquals(first.Find(r.Key)?.Value, r.Value)));
    }

    [Fact]
    public void The_old_annotation_has_no_parameters() =>
        Assert.Equal("internal", new AlbCluster(Service() + Class + Params("scheme: internet-facing") + Ingress("web", Rule(), "kubernetes.io/ingress.class: alb").Replace("ingressClassName: alb, ", "", StringComparison.Ordinal))
            .Valid().All<Model.Aws.LoadBalancer>().Single().Value.Scheme);

    [Theory]
    [InlineData("scheme: public", "spec.scheme: found 'public'; allowed are internal, internet-facing")]
    [InlineData("targetType: lambda", "spec.targetType: found 'lambda'; allowed are instance, ip")]
    [InlineData("group: {}", "spec.group.name: is required: the name of an IngressGroup")]
    [InlineData("tags: [{ key: a }]", "spec.tags[0]: key and value are required")]
    [InlineData("inboundCIDRs: [10.0.0.1/8]", "spec.inboundCIDRs[0]: found '10.0.0.1/8'; could not be parsed as a CIDR, or has bits outside its prefix: 10.0.0.0/8 is one")]
    [InlineData("subnets: {}", "spec.subnets: must have either `ids` or `tags`")]
    public void What_the_API_server_refuses_is_an_error(string spec, string told)
    {
        var cluster = new AlbCluster(Service() + Class + Params(spec) + Ingress("web", Rule()));

        cluster.Reconcile();

        Assert.Equal([$"cluster.yaml:1: IngressClassParams own: {told}"], cluster.Errors.All.Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("sslPolicy: None", "~listen-ports: '[{\"HTTPS\":443}]'", "spec.sslPolicy: found None; known here are ")]
    [InlineData("sslRedirectPort: '443'", "~scheme: internal", "spec.sslRedirectPort: found 443; the group listens at no such port: list it in listen-ports")]
    [InlineData("loadBalancerAttributes: [{ key: idle, value: '1' }]", "~scheme: internal", "spec.loadBalancerAttributes: found idle; allowed are ")]
    public void What_the_controller_can_t_do_with_them_is_told_of_them(string spec, string annotations, string told)
    {
        var cluster = new AlbCluster(Service() + Class + Params(spec) + Ingress("web", Rule("a.com"), annotations));

        cluster.Reconcile();

        Assert.StartsWith($"cluster.yaml:1: IngressClassParams own: {told}", Assert.Single(cluster.Refused), StringComparison.Ordinal);
        Assert.EndsWith("; until then nothing is made of Ingress shop/web", cluster.Refused.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_effect_is_told()
    {
        var cluster = new AlbCluster(Service() + Class + Params("ipAddressType: dualstack, inboundCIDRs: [10.0.0.0/8], prefixListsIDs: [pl-1], wafv2AclArn: arn") + Ingress("web", Rule()));

        cluster.Valid();

        Assert.Equal(["spec.inboundCIDRs", "spec.ipAddressType", "spec.prefixListsIDs", "spec.wafv2AclArn"], cluster.Warnings.All.Select(w => w.Field).Order(StringComparer.Ordinal));
    }

    private static string Params(string spec) => $"apiVersion: elbv2.k8s.aws/v1beta1\nkind: IngressClassParams\nmetadata: {{ name: own }}\nspec: {{ {spec} }}\n---\n";
}
