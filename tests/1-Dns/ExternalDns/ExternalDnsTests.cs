using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

public sealed class ExternalDnsTests
{
    private const string Zone = "zone example.com";
    private const string Flags = "--source=ingress --source=service --provider=aws --registry=noop";

    private static string Target(string address) => $"~target: '{address}'";

    [Fact]
    public void What_has_not_changed_is_the_very_same_object_in_the_next_generation()
    {
        var yaml = ExternalDnsCluster.Pod("--source=ingress --provider=aws") + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1"));
        var first = new ExternalDnsCluster(yaml, Zone).Reconcile();

        var second = new ExternalDnsCluster(yaml + ExternalDnsCluster.Ingress("more", "more.example.com", Target("192.0.2.2")), Zone).Reconcile(first);

        var before = first.All<RecordSet>().ToList();
        Assert.Equal(2, before.Count);
        Assert.Equal(4, second.All<RecordSet>().Count());
        Assert.All(before, had => Assert.Same(had.Value, second.Find(had.Key)!.Value));
    }

    [Fact]
    public void With_the_policy_sync_a_record_set_goes_with_its_object_and_with_upsert_only_it_stays_and_that_is_told()
    {
        foreach (var (policy, stays) in new[] { ("sync", false), ("upsert-only", true), ("create-only", true) })
        {
            var pod = ExternalDnsCluster.Pod($"{Flags} --policy={policy}");
            var both = new ExternalDnsCluster(pod + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1")) + ExternalDnsCluster.Ingress("old", "old.example.com", Target("192.0.2.2")), Zone).Reconcile();
            var cluster = new ExternalDnsCluster(pod + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1")), Zone);

            var sets = ExternalDnsCluster.Sets(cluster.Reconcile(both)).ToList();

            Assert.Equal(stays, sets.Contains("example.com: old.example.com A 300 192.0.2.2, for Ingress shop/old"));
            Assert.Equal(stays ? 2 : 1, sets.Count);
            Assert.Equal(stays, cluster.Warnings.All.Any(w => w.Message.StartsWith("old.example.com A stays, though Ingress shop/old doesn't ask for it any more", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Of_two_load_balancers_in_a_status_an_alias_leads_to_the_first_in_alphabetical_order()
    {
        var pod = ExternalDnsCluster.Pod(Flags);
        var web = ExternalDnsCluster.Ingress("web", "www.example.com");

        IEnumerable<string> Sets(string made) => ExternalDnsCluster.Sets(new ExternalDnsCluster(pod + web, $"loadbalancer blue\nloadbalancer green\n{made}\n{Zone}").Reconcile());

        var (blue, both) = (Sets("made blue Ingress shop/web"), Sets("made green Ingress shop/web\nmade blue Ingress shop/web"));

        Assert.Equal(2, blue.Count());
        Assert.Equal(blue, both);
        Assert.NotEqual(blue, Sets("made green Ingress shop/web"));
    }

    [Fact]
    public void With_upsert_only_a_record_set_whose_zone_or_load_balancer_is_gone_goes_too()
    {
        var pod = ExternalDnsCluster.Pod($"{Flags} --policy=upsert-only");
        var before = new ExternalDnsCluster(
            pod + ExternalDnsCluster.Ingress("alb", "alb.example.com") + ExternalDnsCluster.Ingress("org", "www.example.org", Target("192.0.2.2")),
            $"loadbalancer blue\nmade blue Ingress shop/alb\n{Zone}\nzone example.org").Reconcile();
        Assert.Equal(3, ExternalDnsCluster.Sets(before).Count());

        Assert.Empty(ExternalDnsCluster.Sets(new ExternalDnsCluster(pod, Zone).Reconcile(before)));
    }

    [Theory]
    [InlineData("sync", "192.0.2.9")]
    [InlineData("upsert-only", "192.0.2.9")]
    [InlineData("create-only", "192.0.2.1")]
    public void Create_only_changes_nothing_that_is_there(string policy, string answer)
    {
        var pod = ExternalDnsCluster.Pod($"{Flags} --policy={policy}");
        var before = new ExternalDnsCluster(pod + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1")), Zone).Reconcile();

        var after = new ExternalDnsCluster(pod + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.9")), Zone).Reconcile(before);

        Assert.Equal($"example.com: www.example.com A 300 {answer}, for Ingress shop/web", Assert.Single(ExternalDnsCluster.Sets(after)));
    }

    [Fact]
    public void A_name_stays_with_the_object_that_had_it()
    {
        var pod = ExternalDnsCluster.Pod(Flags);
        var late = ExternalDnsCluster.Ingress("late", "www.example.com", Target("192.0.2.1"));
        var early = ExternalDnsCluster.Ingress("early", "www.example.com", Target("192.0.2.5"));

        var alone = new ExternalDnsCluster(pod + early, Zone).Reconcile();
        var both = new ExternalDnsCluster(pod + early + late, Zone);

        Assert.Equal("example.com: www.example.com A 300 192.0.2.5, for Ingress shop/early", Assert.Single(ExternalDnsCluster.Sets(both.Reconcile(alone))));
        Assert.Contains(both.Warnings.All, w => w.Object == "Ingress shop/late" && w.Message.StartsWith("www.example.com is Ingress shop/early's, 192.0.2.5", StringComparison.Ordinal));
        Assert.Equal("example.com: www.example.com A 300 192.0.2.1, for Ingress shop/late", Assert.Single(ExternalDnsCluster.Sets(both.Reconcile())));
    }

    [Fact]
    public void A_headless_Services_pods_count_when_they_are_ready()
    {
        var cluster = new ExternalDnsCluster(ExternalDnsCluster.Pod(Flags) + """
            apiVersion: v1
            kind: Service
            metadata: { name: db, namespace: shop, annotations: { external-dns.kubernetes.io/hostname: db.example.com } }
            spec: { clusterIP: None, selector: { app: db } }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: db-0, namespace: shop, labels: { app: db } }
            spec: { containers: [{ name: db, image: db }] }
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: db-1, namespace: shop, labels: { app: db } }
            spec: { containers: [{ name: db, image: db }] }
            """, Zone);
        ResourceKey Key(string name) => new("", "Pod", "shop", name);
        PodStatus Status(string name, bool ready) => new(Key(name), PodRuntime.StandIn, "Running", ready, false, 0, null, null);

        var state = cluster.Reconcile(observed: new Observed(DateTimeOffset.UnixEpoch, ImmutableDictionary<ResourceKey, PodStatus>.Empty.Add(Key("db-0"), Status("db-0", false)).Add(Key("db-1"), Status("db-1", true))));

        Assert.Equal("example.com: db.example.com A 300 address of Pod shop/db-1, for Service shop/db", Assert.Single(ExternalDnsCluster.Sets(state)));
    }

    [Theory]
    [InlineData("registry.k8s.io/external-dns/external-dns:v0.22.0", true)]
    [InlineData("bitnami/external-dns:0.13.1", true)]
    [InlineData("docker.io/bitnami/external-dns@sha256:abc", true)]
    [InlineData("localhost:5000/external-dns", true)]
    [InlineData("example.com/external-dns-webhook:1", false)]
    [InlineData("external-dns/other:1", false)]
    public void Its_image_is_known_by_its_name(string image, bool known) => Assert.Equal(known, ExternalDnsImage.Is(new k8s.Models.V1Container { Name = "c", Image = image }));

    [Fact]
    public void Flags_come_from_variables_too()
    {
        var cluster = new ExternalDnsCluster("""
            apiVersion: v1
            kind: Pod
            metadata: { name: external-dns, namespace: kube-system }
            spec:
              containers:
                - name: external-dns
                  image: bitnami/external-dns
                  args: [--txt-owner-id=$(OWNER), --provider=aws]
                  env:
                    - { name: EXTERNAL_DNS_SOURCE, value: "service\ningress" }
                    - { name: EXTERNAL_DNS_TXT_OWNER_ID, value: unread }
                    - { name: OWNER, value: mine }
            ---

            """ + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1")), Zone);

        Assert.Contains("\"heritage=external-dns,external-dns/owner=mine,external-dns/resource=ingress/shop/web\"", ExternalDnsCluster.Sets(cluster.Reconcile(), registry: true).First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("elsewhere.example.net", "text 300 TXT \"hello\"", "CNAME: a CNAME stands alone at its name (RFC 1034 section 3.6.2), and there is TXT too")]
    [InlineData("elsewhere.example.net", "text 300 TXT \"hello\"\ntext 300 MX 10 mail.example.com.", "CNAME: a CNAME stands alone at its name (RFC 1034 section 3.6.2), and there is MX and TXT too")]
    [InlineData("192.0.2.1", "text 300 TXT \"hello\"", null)]
    public void A_CNAME_isn_t_made_beside_what_is_written(string target, string written, string? problem)
    {
        var cluster = new ExternalDnsCluster(ExternalDnsCluster.Pod(Flags) + ExternalDnsCluster.Ingress("web", "text.example.com", Target(target)), $"{Zone}\n{written}");

        Assert.Equal(problem is null ? 1 : 0, ExternalDnsCluster.Sets(cluster.Reconcile()).Count());
        Assert.Equal(problem is null ? [] : [$"Route 53 refuses text.example.com {problem}. external-dns sends the record sets of a name in one change, so none of text.example.com comes into hosted zone example.com"],
            cluster.Warnings.All.Where(w => w.NotAccepted).Select(w => w.Message));
    }

    [Theory]
    [InlineData("{ matchLabels: { kubernetes.io/metadata.name: games } }", "", true)]
    [InlineData("{ matchLabels: { kubernetes.io/metadata.name: games } }", "{ name: games, labels: { team: a } }", true)]
    [InlineData("{ matchLabels: { kubernetes.io/metadata.name: shop } }", "{ name: games, labels: { team: a } }", false)]
    [InlineData("{ matchLabels: { team: a } }", "{ name: games, labels: { team: a } }", true)]
    [InlineData("{ matchLabels: { team: b } }", "{ name: games, labels: { team: a } }", false)]
    public void A_listener_lets_in_the_namespaces_of_its_selector(string selector, string ns, bool lets)
    {
        var cluster = new ExternalDnsCluster(
            ExternalDnsCluster.Pod("--source=gateway-httproute --provider=aws --registry=noop") + (ns.Length == 0 ? "" : $"apiVersion: v1\nkind: Namespace\nmetadata: {ns}\n---\n") + $$"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: { name: edge, namespace: shop, annotations: { test/status: 192.0.2.1 } }
            spec: { gatewayClassName: any, listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: Selector, selector: {{selector}} } } }] }
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: { name: chess, namespace: games }
            spec: { parentRefs: [{ name: edge, namespace: shop }], hostnames: [chess.example.com] }
            ---

            """,
            Zone);

        Assert.Equal(lets ? ["example.com: chess.example.com A 300 192.0.2.1, for HTTPRoute games/chess"] : [], ExternalDnsCluster.Sets(cluster.Reconcile()));
    }

    [Fact]
    public void The_account_tells_whose_the_record_is()
    {
        var state = new ExternalDnsCluster(ExternalDnsCluster.Pod(Flags) + ExternalDnsCluster.Ingress("web", "www.example.com", Target("192.0.2.1")), Zone).Reconcile();
        var context = new CompileContext(state, AddressPlan.Empty, AwsScope.Default, new ErrorList());
        var snapshot = new Generation(1, state, AddressPlan.Empty, [new DnsCompiler().Compile(context)]).Get<DnsSnapshot>();

        var told = Assert.Single(new DnsDecision(snapshot, new DnsQuestion(DomainName.Of("www.example.com"), RecordType.A), new Model.Journeys.Draw(0), null, null).Tell());

        Assert.Equal("www.example.com A → 192.0.2.1 (made by external-dns for Ingress shop/web), TTL 300", told.Decision);
        Assert.Equal("Ingress shop/web", told.Facts!["externalDns"]!.GetValue<string>());
        Assert.Contains(told.Reasons, r => r.Candidate == "www.example.com A (external-dns, for Ingress shop/web)");
    }
}
