using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>What is wrong with one group is that group's matter: it stays as it was, and the others go on.</summary>
public sealed class StackTests
{
    private static readonly string Two = Service() + Ingress("a", Rule("a.com"), "~group.name: g") + Ingress("b", Rule("b.com"), "~group.name: g") + Ingress("alone", Rule("c.com"));

    [Fact]
    public void A_group_with_a_bad_member_stays_as_it_was_and_another_changes()
    {
        var cluster = new AlbCluster(Two);
        var first = cluster.Reconcile();
        cluster.Annotate("b", "target-type", "lambda");
        cluster.Annotate("alone", "scheme", "internet-facing");

        var second = cluster.Reconcile(first);

        Assert.Equal(
            ["cluster.yaml:1: Ingress shop/b: metadata.annotations.alb.ingress.kubernetes.io/target-type: found 'lambda'; allowed are instance, ip; until then IngressGroup g stays as it was"],
            cluster.Refused);
        Assert.Empty(cluster.Errors.All);
        foreach (var balancer in second.All<Model.Aws.LoadBalancer>()) Assert.Equal(balancer.Key.Namespace.Length == 0, ReferenceEquals(first.Find(balancer.Key)?.Value, balancer.Value));
        Assert.Equal(2, second.All<ListenerRule>().Count(r => ReferenceEquals(first.Find(r.Key)?.Value, r.Value)));
    }

    [Fact]
    public void Targets_come_and_go_while_a_group_stays_as_it_was()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), "~target-type: ip"));
        var first = cluster.Reconcile();
        cluster.Annotate("web", "success-codes", "0");
        var key = new ResourceKey("", "Pod", "shop", "web-1");
        var unready = new Observed(DateTimeOffset.UnixEpoch, ImmutableDictionary<ResourceKey, PodStatus>.Empty.Add(key, new PodStatus(key, PodRuntime.StandIn, "Running", false, false, 0, null, null)));

        var second = cluster.Reconcile(first, unready);

        Assert.Single(cluster.Refused);
        Assert.Single(first.All<TargetGroup>().Single().Value.Targets);
        Assert.Empty(second.All<TargetGroup>().Single().Value.Targets);
        Assert.Equal("200", second.All<TargetGroup>().Single().Value.HealthCheck.Matcher);
        Assert.Single(cluster.Reconcile(second).All<TargetGroup>().Single().Value.Targets);
    }

    [Fact]
    public void A_group_that_is_mended_is_made_anew()
    {
        var cluster = new AlbCluster(Two);
        cluster.Annotate("b", "scheme", "internet-facing");
        var good = cluster.Reconcile();
        cluster.Annotate("a", "scheme", "internal");
        var bad = cluster.Reconcile(good);
        Assert.Contains("conflicting scheme: 'internal' (shop/a) and 'internet-facing' (shop/b) in one group", Assert.Single(cluster.Refused), StringComparison.Ordinal);
        cluster.Annotate("b", "scheme", "internal");

        var mended = cluster.Reconcile(bad);

        Assert.Equal("internet-facing", Assert.Single(bad.All<Model.Aws.LoadBalancer>(), b => b.Key.Namespace.Length == 0).Value.Scheme);
        Assert.Equal("internal", Assert.Single(mended.All<Model.Aws.LoadBalancer>(), b => b.Key.Namespace.Length == 0).Value.Scheme);
    }

    public static TheoryData<string, string, string> Refusals => new()
    {
        {
            "~conditions.web: '[{\"field\":\"source-ip\",\"sourceIpConfig\":{\"values\":[\"ten\"]}}]'", "",
            "Ingress shop/bad: of its Rule shop/bad:80:1, spec.conditions"
        },
        {
            "~target-group-attributes: 'stickiness.enabled=true,load_balancing.cross_zone.enabled=false'", "",
            "Ingress shop/bad: of its TargetGroup shop/k8s-shop-web-"
        },
        { "~load-balancer-name: taken", "", "Ingress shop/bad: its load balancer's name is taken, which that of LoadBalancer edge/edge has (DuplicateLoadBalancerName); give it another" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_ELB_would_refuse_is_that_group_s_matter(string annotations, string more, string told)
    {
        var edge = new Model.Aws.LoadBalancer { LoadBalancerArn = "arn", Name = "taken", DnsName = "taken.example.com", AvailabilityZones = ["us-east-1a"] };
        var cluster = new AlbCluster(
            Service() + Ingress("bad", Rule("a.com"), annotations + more) + Ingress("good", Rule("b.com")),
            new Resource(new ResourceKey("elbv2.services.k8s.aws", "LoadBalancer", "edge", "edge"), edge, new Origin("files", "edge.yaml", 1)));

        var made = cluster.Reconcile();

        Assert.StartsWith($"cluster.yaml:1: {told}", Assert.Single(cluster.Refused), StringComparison.Ordinal);
        Assert.Empty(cluster.Errors.All);
        Assert.Equal("good", Assert.Single(made.All<ListenerRule>()).Value.Ingress!.Value.Name);
    }

    [Fact]
    public void A_listener_that_another_hop_would_refuse_is_that_group_s_matter()
    {
        var cluster = new AlbCluster(Service() + Ingress("bad", Rule("a.com"), "~listen-ports: '[{\"HTTPS\": 443}]'") + Ingress("good", Rule("b.com"))) { Trials = [new NoHttps()] };

        var made = cluster.Reconcile();

        var told = Assert.Single(cluster.Refused);
        Assert.StartsWith("cluster.yaml:1: Ingress shop/bad: of its Listener shop/k8s-shop-bad-", told, StringComparison.Ordinal);
        Assert.EndsWith(":443, spec.certificates[0].certificateARN: is PENDING_VALIDATION; until then nothing is made of Ingress shop/bad", told, StringComparison.Ordinal);
        Assert.Empty(cluster.Errors.All);
        Assert.Equal("good", Assert.Single(made.All<ListenerRule>()).Value.Ingress!.Value.Name);
    }

    [Fact]
    public void Listeners_are_tried_when_one_of_them_or_a_certificate_changed()
    {
        var trial = new Counted();
        var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.com"))) { Trials = [trial] };
        var first = cluster.Reconcile();
        Assert.Equal(1, trial.Count);

        cluster.Annotate("web", "success-codes", "204");
        cluster.Annotate("web", "conditions.web", "[{\"field\":\"source-ip\",\"sourceIpConfig\":{\"values\":[\"10.0.0.0/8\"]}}]");
        var second = cluster.Reconcile(first);
        Assert.Equal(3, second.All<ListenerRule>().Single().Value.Conditions.Count);
        Assert.Equal(1, trial.Count);

        cluster.Annotate("web", "listen-ports", "[{\"HTTP\": 81}]");
        cluster.Reconcile(second);
        Assert.Equal(2, trial.Count);
        Assert.Empty(cluster.Refused);
    }

    [Fact]
    public void Listeners_aren_t_tried_again_because_two_groups_suppose_one_certificate()
    {
        const string https = "~certificate-arn: 'arn:aws:acm:us-west-2:123456789012:certificate/one'";
        var trial = new Counted();
        var cluster = new AlbCluster(Service() + Ingress("a", Rule("b.com"), https) + Ingress("b", Rule("a.com"), https)) { Trials = [trial] };

        cluster.Reconcile(cluster.Reconcile());

        Assert.Equal(1, trial.Count);
    }

    [Fact]
    public void A_certificate_that_two_groups_suppose_has_the_hosts_of_both()
    {
        const string arn = "arn:aws:acm:us-west-2:123456789012:certificate/one";
        var cluster = new AlbCluster(Service() + Ingress("a", Rule("b.com"), $"~certificate-arn: '{arn}'") + Ingress("b", Rule("a.com"), $"~certificate-arn: '{arn}'"));

        Assert.Equal(["b.com", "a.com"], cluster.Valid().All<Certificate>().Single().Value.Names);
    }

    [Fact]
    public void A_certificate_that_two_members_of_a_group_suppose_has_the_hosts_of_both()
    {
        const string https = "~group.name: g, ~certificate-arn: 'arn:aws:acm:us-west-2:123456789012:certificate/one'";
        var cluster = new AlbCluster(Service() + Ingress("a", Rule("b.com"), https) + Ingress("b", Rule("a.com"), https));

        Assert.Equal(["b.com", "a.com"], cluster.Valid().All<Certificate>().Single().Value.Names);
    }

    [Fact]
    public void A_host_without_a_name_above_it_that_a_certificate_can_have_ends_in_a_certificate_all_the_same()
    {
        var host = $"x.{new string('a', 63)}";
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(host), "~listen-ports: '[{\"HTTPS\": 443}]'"));

        Assert.Equal([$"*.{new string('a', 63)}", host], cluster.Reconcile().All<Certificate>().Single().Value.Names);
    }

    private sealed class Counted : IListenerTrial
    {
        internal int Count { get; private set; }

        public void Try(CompileContext context) => Count++;
    }

    private sealed class NoHttps : IListenerTrial
    {
        public void Try(CompileContext context)
        {
            foreach (var listener in context.State.All<Listener>().Where(l => l.Value.Protocol == "HTTPS")) context.Errors.Add(listener, "spec.certificates[0].certificateARN", "is PENDING_VALIDATION");
        }
    }
}
