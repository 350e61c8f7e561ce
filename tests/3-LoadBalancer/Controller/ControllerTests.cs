using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Tests;
using static Usher.LoadBalancer.Tests.AlbCluster;

namespace Usher.LoadBalancer.Tests;

/// <summary>The AWS Load Balancer Controller's decisions, one by one.</summary>
public sealed class ControllerTests
{
    [Theory]
    [InlineData("Exact", "/a", "/a")]
    [InlineData("Exact", "/", "/")]
    [InlineData("Prefix", "/", "/*")]
    [InlineData("Prefix", "/a", "/a /a/*")]
    [InlineData("Prefix", "/a/", "/a /a/*")]
    [InlineData("ImplementationSpecific", "/a/*", "/a/*")]
    [InlineData("ImplementationSpecific", "/a?", "/a?")]
    [InlineData("ImplementationSpecific", "/a.b", "/a.b")]
    public void A_path_becomes_patterns(string type, string path, string wanted) =>
        Assert.Equal([$"path-pattern {wanted} → forward {Group()} 1"], new AlbCluster(Service() + Ingress("web", Rule(path: path, type: type))).Rules());

    [Fact]
    public void Within_a_rule_exact_paths_are_first_then_the_longest_prefix_then_the_rest_as_written()
    {
        var paths = string.Join(", ", Path("/z/*", "ImplementationSpecific"), Path("/a"), Path("/*", "ImplementationSpecific"), Path("/a/b"), Path("/y", "Exact"), Path("/b"), Path("/x", "Exact"));

        Assert.Equal(
            ["/y", "/x", "/a/b /a/b/*", "/a /a/*", "/b /b/*", "/z/*", "/*"],
            new AlbCluster(Service() + Ingress("web", $"rules: [{{ http: {{ paths: [{paths}] }} }}]")).Rules().Select(r => r["path-pattern ".Length..].Split(" →")[0]));
    }

    [Fact]
    public void A_group_is_ordered_by_order_then_by_name()
    {
        var yaml = Service() + Ingress("b", Rule("b.com"), "~group.name: g") + Ingress("a", Rule("a.com"), "~group.name: g") + Ingress("z", Rule("z.com"), "~group.name: g, ~group.order: '-1'");
        var cluster = new AlbCluster(yaml);

        Assert.Equal(["z.com", "a.com", "b.com"], cluster.Rules().Select(r => r.Split(' ')[1][..^1]));
        Assert.Single(cluster.Valid().All<Model.Aws.LoadBalancer>());
    }

    [Fact]
    public void Ingresses_without_a_group_have_a_load_balancer_each()
    {
        var state = new AlbCluster(Service() + Ingress("a", Rule()) + Ingress("b", Rule())).Valid();

        Assert.Equal(["k8s-shop-a-", "k8s-shop-b-"], state.All<Model.Aws.LoadBalancer>().Select(b => b.Value.Name[..^10]));
        Assert.All(state.All<Model.Aws.LoadBalancer>(), b => Assert.Equal("internal", b.Value.Scheme));
    }

    [Theory]
    // The ends are those of sha256sum over the cluster's name, the group's and the scheme.
    [InlineData("a-very-long-name-indeed", "", "k8s-shop-averylon-3e4c8c8486")]
    [InlineData("web", "~group.name: storefront.of-everything", "k8s-storefrontofevery-b05612b942")]
    public void Names_are_made_as_the_controller_makes_them(string name, string annotations, string wanted) =>
        Assert.Equal(wanted, Assert.Single(new AlbCluster(Service() + Ingress(name, Rule(), annotations)).Valid().All<Model.Aws.LoadBalancer>()).Value.Name);

    [Theory]
    [InlineData("ingressClassName: alb", "", "", true)]
    [InlineData("ingressClassName: nginx", "", "", false)]
    [InlineData("ingressClassName: edge", "", "{ name: edge }", true)]
    [InlineData("ingressClassName: alb", "", "{ name: alb }", true)]
    [InlineData("", "", "{ name: edge, annotations: { ingressclass.kubernetes.io/is-default-class: 'true' } }", true)]
    [InlineData("", "", "{ name: edge }", false)]
    [InlineData("", "kubernetes.io/ingress.class: alb", "", true)]
    [InlineData("ingressClassName: alb", "kubernetes.io/ingress.class: nginx", "", false)] // the old annotation wins there
    public void Whose_an_Ingress_is(string spec, string annotations, string @class, bool taken)
    {
        var yaml = Service() + Ingress("web", Rule(), annotations).Replace("ingressClassName: alb, ", spec.Length == 0 ? "" : $"{spec}, ", StringComparison.Ordinal)
            + (@class.Length == 0 ? "" : $"apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {@class}\nspec: {{ controller: ingress.k8s.aws/alb }}\n");

        Assert.Equal(taken, new AlbCluster(yaml).Valid().All<Model.Aws.LoadBalancer>().Any());
    }

    [Fact]
    public void A_class_named_alb_of_another_controller_is_not_its_own()
    {
        var other = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: alb }\nspec: { controller: example.com/alb }\n";

        Assert.Empty(new AlbCluster(Service() + Ingress("web", Rule()) + other).Valid().All<Model.Aws.LoadBalancer>());
    }

    [Fact]
    public void Only_ready_pods_are_targets()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), "~target-type: ip"));
        var key = new ResourceKey("", "Pod", "shop", "web-1");

        string Targets(Observed? observed) => string.Join(' ', cluster.Reconcile(observed: observed).All<TargetGroup>().Single().Value.Targets.Select(t => $"{t.Pod} {t.Port}"));
        Observed With(bool ready, bool terminating, bool containersReady = false) => new(
            DateTimeOffset.UnixEpoch, ImmutableDictionary<ResourceKey, PodStatus>.Empty.Add(key, new PodStatus(key, PodRuntime.StandIn, "Running", ready, terminating, 0, null, null) { ContainersReady = ready || containersReady }));

        Assert.Equal("Pod shop/web-1 8080", Targets(null)); // nothing runs, as for explain -f
        Assert.Equal("", Targets(new Observed(DateTimeOffset.UnixEpoch, ImmutableDictionary<ResourceKey, PodStatus>.Empty)));
        Assert.Equal("", Targets(With(ready: false, terminating: false)));
        Assert.Equal("", Targets(With(ready: true, terminating: true)));
        Assert.Equal("Pod shop/web-1 8080", Targets(With(ready: true, terminating: false)));
        // Its readiness gate waits for the target.
        Assert.Equal("Pod shop/web-1 8080", Targets(With(ready: false, terminating: false, containersReady: true)));
        Assert.Equal("", Targets(With(ready: false, terminating: true, containersReady: true)));
    }

    [Fact]
    public void What_says_the_same_is_the_same_object()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.com"), "~listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]'"));
        var first = cluster.Reconcile();

        var second = cluster.Reconcile(first);

        Assert.All(second.Resources, r => Assert.Same(first.Find(r.Key)!.Value, r.Value));
        Assert.Equal(8, second.Resources.Count(r => r.Key.Group.EndsWith("k8s.aws", StringComparison.Ordinal)));
        cluster.Annotate("web", "scheme", "internet-facing");
        Assert.NotSame(first.All<Listener>().First().Value, cluster.Reconcile(first).All<Listener>().First().Value);
    }

    [Fact]
    public void An_old_redirect_action_is_left_out_at_HTTPS_and_hides_what_follows_at_HTTP()
    {
        var paths = string.Join(", ", Path("/*", "ImplementationSpecific", "ssl-redirect", "name: use-annotation"), Path("/*", "ImplementationSpecific"));
        var cluster = new AlbCluster(Service() + Ingress(
            "web", $"rules: [{{ host: a.com, http: {{ paths: [{paths}] }} }}]",
            "~listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]', ~actions.ssl-redirect: '{\"Type\":\"redirect\",\"RedirectConfig\":{\"Protocol\":\"HTTPS\",\"Port\":\"443\",\"StatusCode\":\"HTTP_301\"}}'"));

        Assert.Equal(["host-header a.com; path-pattern /* → redirect HTTP_301 HTTPS://#{host}:443/#{path}?#{query}"], cluster.Rules());
        Assert.Equal([$"host-header a.com; path-pattern /* → forward {Group()} 1"], cluster.Rules(443));
    }

    [Theory]
    [InlineData("a.com", "a.com", true)]
    [InlineData("*.a.com", "b.a.com", true)]
    [InlineData("*.a.com", "a.com", false)]
    [InlineData("*.a.com", "c.b.a.com", false)]
    [InlineData("*.a.com", "*.a.com", true)]
    [InlineData("a.com", "b.com", false)]
    public void A_certificate_covers_a_host(string domain, string host, bool covers)
    {
        var state = new DesiredState([new Resource(new ResourceKey("acm.services.k8s.aws", "Certificate", "", "own"), new Certificate { CertificateArn = "arn:own", DomainName = "other.org", SubjectAlternativeNames = [domain] }, Origin.Derived)]);

        Assert.Equal(covers ? ["arn:own"] : [], new RoadCertificates(state).Covering(host).Issued);
    }

    [Fact]
    public void A_policy_that_is_written_for_more_than_is_offered_is_told_at_its_annotation()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.com"), "~listen-ports: '[{\"HTTPS\":443}]', ~ssl-policy: ELBSecurityPolicy-FS-2018-06") + Ingress("other", Rule("a.com"), "~listen-ports: '[{\"HTTPS\":443}]'"), ControllerGoldenTests.Certificate("a.com"));
        var state = cluster.Valid();

        Assert.Equal("Ingress shop/web: metadata.annotations.alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-FS-2018-06 has TLS 1.0 and 1.1 too, which this load balancer doesn't offer: a client that speaks nothing newer fails in its handshake",
            Assert.Single(cluster.Warnings.All.Select(w => $"{w.Object}: {w.Field}: {w.Message}").Distinct()));
        // It isn't told again of what is made.
        var warnings = new ErrorList();
        foreach (var listener in state.All<Listener>()) Assert.NotNull(TlsPolicy.Of(new CompileContext(state, AddressPlan.Empty, AwsScope.Default, warnings) { Warnings = warnings }, listener));
        Assert.Empty(warnings.All);
    }

    [Fact]
    public void A_certificate_that_is_named_and_isnt_here_is_taken_to_be_in_the_account()
    {
        const string arn = "arn:aws:acm:us-west-2:123456789012:certificate/one";
        var cluster = new AlbCluster(Service() + Ingress("web", Rule("a.com"), $"~certificate-arn: '{arn}'"));

        var state = cluster.Valid();

        Assert.Equal(("HTTPS", 443), (state.All<Listener>().Single().Value.Protocol, state.All<Listener>().Single().Value.Port));
        Assert.True(state.All<Certificate>().Single().Value is { IsThere: true, CertificateArn: arn, DomainName: "a.com" });
        Assert.Equal($"{arn} isn't on this road; it is taken to be in the account, for a.com", Assert.Single(cluster.Warnings.All).Message);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(", external-dns.kubernetes.io/hostname: 'b.com, a.com'", "a.com and b.com")]
    [InlineData(", external-dns.kubernetes.io/hostname: b.com", "*.a.com and b.com", "*.a.com")]
    public void A_certificate_of_an_Ingress_without_hosts_is_taken_to_be_for_what_leads_there(string annotation, string? names, string? made = null)
    {
        const string arn = "arn:aws:acm:us-west-2:123456789012:certificate/one";
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), $"~certificate-arn: '{arn}'{annotation}"))
        {
            Forecasts = made is null ? [] : [new Forecast(context => [new RecordSet { HostedZoneId = "Z", Name = made, Type = "A", AliasTarget = new AliasTarget(context.State.All<Model.Aws.LoadBalancer>().Single().Value.DnsName, "Z", false) }])],
        };

        var state = cluster.Valid();

        var certificate = state.All<Certificate>().Single().Value;
        if (names is null)
        {
            // It is longer than a common name may be.
            names = state.All<Model.Aws.LoadBalancer>().Single().Value.DnsName;
            Assert.Equal(["*.us-east-1.elb.amazonaws.com", names], certificate.Names);
        }
        else
        {
            Assert.Equal(names, string.Join(" and ", certificate.Names));
        }

        Assert.Equal($"{arn} isn't on this road; it is taken to be in the account, for {names}", Assert.Single(cluster.Warnings.All).Message);
    }

    [Fact]
    public void What_has_no_effect_is_told_where_it_would_keep_requests_out()
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), "~tags: a=b, ~subnets: x, ~ip-address-type: ipv4, ~wafv2-acl-arn: arn, ~security-groups: sg-1"));

        cluster.Valid();

        Assert.Equal(["security-groups", "wafv2-acl-arn"], cluster.Warnings.All.Select(w => w.Field.Split('/')[^1]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("team", "is no annotation of the AWS Load Balancer Controller, which ignores it too")]
    [InlineData("frontend-nlb-owner", "is no annotation of the AWS Load Balancer Controller, which ignores it too")]
    [InlineData("attributes", "has no effect: it is of the controller's first version (the AWS ALB Ingress Controller), and read no more; alb.ingress.kubernetes.io/load-balancer-attributes says it now")]
    [InlineData("security-group-inbound-cidrs", "has no effect: it is of the controller's first version (the AWS ALB Ingress Controller), and read no more; alb.ingress.kubernetes.io/inbound-cidrs says it now")]
    public void An_annotation_that_the_controller_doesnt_have_is_told_and_stops_nothing(string name, string told)
    {
        var cluster = new AlbCluster(Service() + Ingress("web", Rule(), $"~group.name: g, ~{name}: x") + Ingress("other", Rule("b.com"), "~group.name: g"));

        Assert.Equal(2, cluster.Valid().All<ListenerRule>().Count());
        var warning = Assert.Single(cluster.Warnings.All);
        Assert.Equal(("Ingress shop/web", $"metadata.annotations.{Prefix}{name}", told), (warning.Object, warning.Field, warning.Message));
    }

    public static TheoryData<string> Tables => ["Ingresses", "Services"];

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_page_lists_every_annotation_with_its_state(string heading)
    {
        var table = heading == "Services" ? NlbAnnotationTable.Table : AlbAnnotationTable.Table;
        var start = heading == "Services" ? NlbAnnotationTable.Start : "";
        var section = File.ReadAllLines(Checkout.At("docs/aws-load-balancer-controller.md")).SkipWhile(l => l != $"## {heading}").Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal));
        var states = section.Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|'))
            .SelectMany(c => c[1].Split('`').Where((_, i) => i % 2 == 1).Select(name => (Name: name.StartsWith(table.Prefix, StringComparison.Ordinal) ? name[table.Prefix.Length..] : start + name, State: c[2].Trim())))
            .ToDictionary(c => c.Name, c => c.State);

        Assert.Equal(
            table.All.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => (a.Name, a.State switch
            {
                AnnotationState.Applied => "yes", AnnotationState.Silent => "silent", AnnotationState.WithoutEffect => "no effect", _ => "refused",
            })),
            states.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value)));
    }

    /// <summary>The name of the one target group of Ingress web and Service web.</summary>
    private static string Group() => new AlbCluster(Service() + Ingress("web", Rule())).Valid().All<TargetGroup>().Single().Value.Name;
}
