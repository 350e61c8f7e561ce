using System.Globalization;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>Ingresses with a Network Load Balancer in front of their load balancer.</summary>
public sealed class FrontendNlbTests
{
    private const string Enabled = "~enable-frontend-nlb: 'true'";
    private const string Arn = "arn:aws:acm:us-east-1:123456789012:certificate/one";
    private const string Both = $"~listen-ports: '[{{\"HTTP\":80}},{{\"HTTPS\":443}}]', ~certificate-arn: '{Arn}'";
    private const string Three = $"~listen-ports: '[{{\"HTTP\":80}},{{\"HTTP\":8080}},{{\"HTTPS\":443}}]', ~certificate-arn: '{Arn}'";

    [Theory]
    [InlineData("", "TCP:80 → 80")]
    [InlineData(Both, "TCP:80 → 80, TCP:443 → 443")]
    [InlineData(Three, "TCP:80 → 80, TCP:443 → 443, TCP:8080 → 8080")]
    [InlineData($"{Both}, ~frontend-nlb-listener-port-mapping: 80=443", "TCP:80 → 443")]
    [InlineData($"{Both}, ~frontend-nlb-listener-port-mapping: '8443=443, 8000=80'", "TCP:8000 → 80, TCP:8443 → 443")]
    [InlineData("~frontend-nlb-listener-port-mapping: ''", "TCP:80 → 80")]
    [InlineData("~frontend-nlb-listener-port-mapping: 443=443", "")]
    public void Each_port_of_it_leads_to_one_of_the_load_balancer_behind(string annotations, string ports) =>
        Assert.Equal(ports, Ports(new AlbCluster(Service() + Ingress("web", Rule(), $"{Enabled}, {annotations}")).Valid()));

    [Theory]
    // The ends are those of sha256sum over the cluster's name, the group's, the port, alb, TCP and the check's port and protocol.
    [InlineData("", "k8s-shop-web-{0}-nlb", "k8s-shop-web-f56f574ce7")]
    [InlineData("~load-balancer-name: own", "own-nlb", "k8s-shop-web-f56f574ce7")]
    [InlineData("~load-balancer-name: a-name-that-has-32-characters-ok", "a-name-that-has-32-character-nlb", "k8s-shop-web-f56f574ce7")]
    [InlineData("~group.name: g, ~listen-ports: '[{\"HTTPS\":443}]', ~frontend-nlb-healthcheck-protocol: HTTPS", "k8s-g-{0}-nlb", "k8s-g-9305035f19")]
    public void Names_are_made_as_the_controller_makes_them(string annotations, string balancer, string group)
    {
        var state = new AlbCluster(Service() + Ingress("web", Rule("a.com"), $"{Enabled}, {annotations}")).Valid();

        var (alb, nlb) = Balancers(state);
        Assert.Equal(balancer.Replace("{0}", alb.Name.Split('-')[^1], StringComparison.Ordinal), nlb.Name);
        Assert.Equal((AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, nlb.Name), "network"), (nlb.DnsName, nlb.Type));
        Assert.Equal(group, FrontGroup(state).Name);
    }

    [Theory]
    [InlineData("", "internal", "internal", "")]
    [InlineData("~scheme: internet-facing", "internet-facing", "internal", "")] // the controller's default, not that of the load balancer behind
    [InlineData("~frontend-nlb-scheme: internet-facing", "internal", "internet-facing", "")]
    [InlineData("~frontend-nlb-attributes: load_balancing.cross_zone.enabled=true", "internal", "internal", "load_balancing.cross_zone.enabled=true")]
    public void Scheme_and_attributes_are_its_own(string annotations, string behind, string front, string attributes)
    {
        var (alb, nlb) = Balancers(new AlbCluster(Service() + Ingress("web", Rule(), $"{Enabled}, {annotations}")).Valid());

        Assert.Equal((behind, front), (alb.Scheme, nlb.Scheme));
        Assert.Equal(attributes, string.Join(' ', nlb.Attributes.Select(a => $"{a.Key}={a.Value}")));
        Assert.Equal(alb.AvailabilityZones, nlb.AvailabilityZones);
    }

    [Theory]
    [InlineData("", "HTTP traffic-port / 15 5 2 2 200")]
    [InlineData("~frontend-nlb-healthcheck-protocol: HTTPS, ~frontend-nlb-healthcheck-port: '443', ~frontend-nlb-healthcheck-path: /ok", "HTTPS 443 /ok 15 5 2 2 200")]
    [InlineData("~frontend-nlb-healthcheck-port: traffic-port, ~frontend-nlb-healthcheck-success-codes: 200-599", "HTTP traffic-port / 15 5 2 2 200-599")]
    [InlineData("~frontend-nlb-healthcheck-interval-seconds: '5', ~frontend-nlb-healthcheck-timeout-seconds: '3'", "HTTP traffic-port / 5 3 2 2 200")]
    [InlineData("~frontend-nlb-healthcheck-healthy-threshold-count: '3', ~frontend-nlb-healthcheck-unhealthy-threshold-count: '4'", "HTTP traffic-port / 15 5 3 4 200")]
    [InlineData("~healthcheck-path: /pods, ~success-codes: '204'", "HTTP traffic-port / 15 5 2 2 200")] // those of the pods
    public void The_load_balancer_behind_is_checked(string annotations, string wanted)
    {
        var group = FrontGroup(new AlbCluster(Service() + Ingress("web", Rule(), $"{Enabled}, {annotations}")).Valid());

        var check = group.HealthCheck;
        Assert.Equal(wanted, string.Create(CultureInfo.InvariantCulture,
            $"{check.Protocol} {check.Port} {check.Path} {check.IntervalSeconds} {check.TimeoutSeconds} {check.HealthyThresholdCount} {check.UnhealthyThresholdCount} {check.Matcher}"));
        Assert.Equal(("TCP", "alb", 80), (group.Protocol, group.TargetType, group.Port));
    }

    [Fact]
    public void What_one_member_says_counts_for_the_ports_that_it_shares()
    {
        var state = new AlbCluster(Service()
            + Ingress("a", Rule(), $"~group.name: g, {Enabled}, ~frontend-nlb-healthcheck-path: /a, ~listen-ports: '[{{\"HTTP\":80}},{{\"HTTP\":81}}]'")
            + Ingress("b", Rule("b.com"), "~group.name: g, ~frontend-nlb-healthcheck-interval-seconds: '20', ~listen-ports: '[{\"HTTP\":81},{\"HTTP\":82}]', ~frontend-nlb-attributes: deletion_protection.enabled=true")).Valid();

        Assert.Equal(["80 /a 15", "81 /a 20", "82 / 20"], state.All<TargetGroup>().Select(g => g.Value).Where(g => g.TargetType == "alb").OrderBy(g => g.Port).Select(g => $"{g.Port} {g.HealthCheck.Path} {g.HealthCheck.IntervalSeconds}"));
        Assert.Equal(["a", "b"], Balancers(state).Nlb.Ingresses.Select(i => i.Name));
        Assert.Equal("true", Balancers(state).Nlb.Attributes["deletion_protection.enabled"]);
    }

    [Theory]
    [InlineData("", "alb")]
    [InlineData("~frontend-nlb-status-only: 'true'", "alb")] // there is no other name
    [InlineData(Enabled, "alb nlb")]
    [InlineData($"{Enabled}, ~frontend-nlb-status-only: 'false'", "alb nlb")]
    [InlineData($"{Enabled}, ~frontend-nlb-status-only: 'true'", "nlb")]
    public void The_status_has_the_name_of_the_load_balancer_and_of_the_one_in_front(string annotations, string wanted)
    {
        var state = new AlbCluster(Service() + Ingress("web", Rule(), annotations)).Valid();

        var names = state.All<Model.Aws.LoadBalancer>().ToDictionary(b => b.Value.DnsName, b => b.Value.IsNetwork ? "nlb" : "alb");
        Assert.Equal(wanted, string.Join(' ', LoadBalancerAddresses.Of(state, state.All<k8s.Models.V1Ingress>().Single().Key).Select(a => names[a.Text])));
    }

    [Theory]
    [InlineData("~enable-frontend-nlb: 'false', ~frontend-nlb-scheme: internal", "frontend-nlb-scheme: has no effect: no network load balancer is in front of Ingress shop/web's without enable-frontend-nlb: 'true'")]
    [InlineData($"{Enabled}, ~frontend-nlb-tags: a=b, ~frontend-nlb-subnets: subnet-1", null)]
    [InlineData($"{Enabled}, ~frontend-nlb-eip-allocations: eipalloc-1", "frontend-nlb-eip-allocations: has no effect here: nobody is kept out, and the load balancer has IPv4 addresses of this machine alone")]
    [InlineData($"{Enabled}, ~frontend-nlb-listener-port-mapping: '443=443,80=80'", "frontend-nlb-listener-port-mapping: 443=443 makes no listener: shop/web doesn't listen at 443, but at 80")]
    [InlineData($"{Enabled}, ~frontend-nlb-healthcheck-protocol: HTTPS", "frontend-nlb-healthcheck-protocol: the load balancer behind is checked by HTTPS at port 80, where it listens for HTTP: "
        + "none of its nodes becomes healthy, and they get connections only because all are unhealthy (fail open); write HTTP")]
    public void What_is_said_in_vain_is_told(string annotations, string? wanted)
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), annotations));

        cluster.Valid();

        Assert.Equal(wanted is null ? [] : [wanted], cluster.Warnings.All.Select(w => $"{w.Field.Split('/')[^1]}: {w.Message}"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("own-nlb", "a.example.com")]
    public void A_name_that_leads_to_it_leads_to_the_load_balancer_behind(string alias, string? host)
    {
        var nlb = AwsNames.NetworkLoadBalancerDnsName(AwsScope.Default, "own-nlb");
        var record = new RecordSet { HostedZoneId = "Z", Name = "a.example.com.", Type = "A", AliasTarget = new AliasTarget(alias.Length == 0 ? "other.example.com" : nlb, "Z", false) };
        var state = new AlbCluster(
            Service() + Ingress("web", Rule(), $"{Enabled}, ~load-balancer-name: own, ~certificate-arn: '{Arn}', ~frontend-nlb-healthcheck-protocol: HTTPS"),
            new Resource(new ResourceKey("route53.services.k8s.aws", "RecordSet", "shop", "a"), record, Origin.Derived)).Valid();

        var certificate = state.All<Certificate>().Single().Value;
        if (host is not null) Assert.Equal([host], certificate.Names);
        else Assert.Subset(certificate.Names.ToHashSet(), state.All<Model.Aws.LoadBalancer>().Select(b => b.Value.DnsName).ToHashSet());
    }

    [Fact]
    public void It_comes_and_goes_and_else_stays_the_same()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), Enabled));
        var first = cluster.Reconcile();

        Assert.All(cluster.Reconcile(first).Resources, r => Assert.Same(first.Find(r.Key)!.Value, r.Value));
        cluster.Annotate("web", "enable-frontend-nlb", "false");
        var second = cluster.Reconcile(first);

        Assert.Equal(3, first.Resources.Count() - second.Resources.Count());
        Assert.DoesNotContain(second.All<Model.Aws.LoadBalancer>(), b => b.Value.IsNetwork);
    }

    [Fact]
    public void Another_mapping_registers_another_port_and_members_that_disagree_leave_it_as_it_was()
    {
        var cluster = new AlbCluster(Service() + Ingress("a", Rule(), $"~group.name: g, {Enabled}, {Both}, ~frontend-nlb-listener-port-mapping: 80=80, ~frontend-nlb-healthcheck-port: '80'") + Ingress("b", Rule("b.com"), "~group.name: g, ~frontend-nlb-listener-port-mapping: 81=80"));
        var first = cluster.Reconcile();
        Assert.Equal("TCP:80 → 80, TCP:81 → 80", Ports(first));

        cluster.Annotate("a", "frontend-nlb-listener-port-mapping", "80=443");
        var second = cluster.Reconcile(first);
        cluster.Annotate("b", "enable-frontend-nlb", "false");
        var third = cluster.Reconcile(second);

        Assert.Equal("TCP:80 → 443, TCP:81 → 80", Ports(second));
        Assert.Equal(Ports(second), Ports(third));
        Assert.EndsWith("in one group; give both the same, or one of them none; until then IngressGroup g stays as it was", Assert.Single(cluster.Refused), StringComparison.Ordinal);
    }

    /// <summary>The ports in front, and where each leads.</summary>
    private static string Ports(DesiredState state)
    {
        var (alb, nlb) = Balancers(state);
        var groups = state.All<TargetGroup>().ToDictionary(g => g.Value.TargetGroupArn, g => g.Value);
        return string.Join(", ", state.All<Listener>().Select(l => l.Value).Where(l => l.LoadBalancerArn == nlb.LoadBalancerArn).OrderBy(l => l.Port).Select(l =>
        {
            var group = groups[Assert.Single(Assert.Single(l.DefaultActions).TargetGroups).TargetGroupArn];
            var target = Assert.Single(group.Targets);
            Assert.Equal((alb.LoadBalancerArn, l.Port), (target.Id, group.Port));
            return $"{l.Protocol}:{l.Port} → {target.Port}";
        }));
    }

    private static (Model.Aws.LoadBalancer Alb, Model.Aws.LoadBalancer Nlb) Balancers(DesiredState state)
    {
        var all = state.All<Model.Aws.LoadBalancer>().Select(b => b.Value).ToList();
        return (all.Single(b => !b.IsNetwork), all.Single(b => b.IsNetwork));
    }

    private static TargetGroup FrontGroup(DesiredState state) => state.All<TargetGroup>().Single(g => g.Value.TargetType == "alb").Value;
}
