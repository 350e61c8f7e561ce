using CsCheck;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>What holds for every question to the cluster's DNS. Which answer each gets is told in <c>tests/Golden/1-dns-cluster</c>.</summary>
public sealed class ClusterHopTests
{
    private const string Cluster =
        """
        apiVersion: v1
        kind: Service
        metadata: { name: a, namespace: n }
        spec: { clusterIP: 10.100.1.1, ports: [{ name: p, port: 80 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: b, namespace: n }
        spec: { clusterIP: None, ports: [{ name: p, port: 80 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: c, namespace: n }
        spec: { type: ExternalName, externalName: a.n.svc.cluster.local }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: b-0, namespace: n }
        spec: { containers: [{ name: c, image: i }] }
        status: { podIP: 10.0.1.1 }
        """;

    private const string Ready = "n/b p 10.0.1.1:80 b-0 ready";

    private static readonly Gen<string> Labels = Gen.OneOf("a", "b", "c", "n", "p", "b-0", "svc", "pod", "_p", "_tcp", "tcp", "10-0-1-1", "--", "ns", "dns", "dns-version", "in-addr", "*", "x");

    private static readonly Gen<string> Names =
        from labels in Labels.Array[0, 7]
        from zone in Gen.OneOf("cluster.local", "svc.cluster.local", "n.svc.cluster.local", "b.n.svc.cluster.local", "in-addr.arpa", "local", "example.com")
        select string.Join('.', labels.Append(zone));

    [Fact]
    public void Every_question_has_an_answer_and_the_same_one_when_it_is_told()
    {
        var cluster = new TestCluster(Cluster, Ready);
        Gen.Select(Names, Gen.OneOf([.. RecordTypes.Served, RecordType.ANY, (RecordType)999])).Sample((name, type) =>
        {
            var decision = cluster.Ask(name, type);
            var answer = decision.Decide();
            var told = Assert.Single(decision.Tell());

            Assert.Equal(answer.Code.ToString(), (string?)told.Facts["rcode"]);
            Assert.Equal(answer.End is DnsEnd.NoData or DnsEnd.NoName && !answer.Resolved, answer.Authority is not null && answer.Zone is null);
            Assert.All(answer.Answers, a => Assert.NotEmpty(a.Set.Values));
        }, iter: 5_000);
    }

    [Fact]
    public void Whether_a_name_is_there_does_not_depend_on_the_type()
    {
        var cluster = new TestCluster(Cluster, Ready);
        Names.Where(n => n.EndsWith("cluster.local", StringComparison.Ordinal)).Sample(name =>
        {
            var code = cluster.Ask(name, RecordType.A).Decide().Code;

            foreach (var type in (RecordType[])[RecordType.AAAA, RecordType.SRV, RecordType.CNAME, RecordType.MX, RecordType.HTTPS, RecordType.ANY])
            {
                Assert.Equal(code, cluster.Ask(name, type).Decide().Code);
            }
        }, iter: 5_000);
    }

    [Fact]
    public void A_decision_is_replayed_from_the_endpoints_that_it_read()
    {
        var cluster = new TestCluster(Cluster, Ready);
        var decision = cluster.Ask("b.n.svc.cluster.local", RecordType.A);
        Assert.Equal(DnsEnd.Found, decision.Decide().End);

        cluster.Endpoints = "n/b p 10.0.1.1:80 b-0 GET /readyz answered 503";

        Assert.Equal("b.n.svc.cluster.local A → 127.18.64.1 (Service n/b), TTL 5", Assert.Single(decision.Tell()).Decision);
        Assert.Equal(DnsEnd.NoName, cluster.Ask("b.n.svc.cluster.local", RecordType.A).Decide().End);
    }

    [Fact]
    public void What_is_kept_of_an_answer_is_replayed_without_its_generation()
    {
        var cluster = new TestCluster(Cluster, Ready);
        var answers = new ClusterAnswers(new TestRoad { Current = cluster.Generation }, cluster);
        foreach (var (name, type) in new[] { ("b.n.svc.cluster.local", RecordType.A), ("1.1.0.10.in-addr.arpa", RecordType.PTR), ("a.n.svc.cluster.local", RecordType.SRV) })
        {
            cluster.Endpoints = Ready;
            var answer = answers.Answer(new DnsQuestion(DomainName.Of(name), type), Query.Server, false, out var decision);
            cluster.Endpoints = "";

            Assert.Equal(DnsEnd.Found, answer.End);
            Assert.Equal("NOERROR", (string?)Assert.Single(decision!.Tell()).Facts["rcode"]);
        }
    }

    [Fact]
    public void Names_of_any_bytes_are_answered()
    {
        var cluster = new TestCluster(Cluster, Ready);
        var responder = new DnsResponder(new ClusterAnswers(new TestRoad { Current = cluster.Generation }, cluster));
        var names =
            from labels in Gen.OneOf(Gen.Byte.Array[1, 20], Labels.Select(System.Text.Encoding.ASCII.GetBytes)).Array[0, 6]
            from zone in Gen.OneOf("cluster.local", "n.svc.cluster.local", "n.pod.cluster.local", "in-addr.arpa", "")
            select (byte[])[.. labels.SelectMany(l => l.Prepend((byte)l.Length)), .. DomainName.Of(zone.Length == 0 ? "." : zone).Wire];
        Gen.Select(names, Gen.UShort, Gen.Bool).Sample((name, type, edns) =>
        {
            byte[] query = [.. Query.For("", RecordType.A, edns ? 1232 : null)];
            byte[] asked = [.. query[..12], .. name, (byte)(type >> 8), (byte)type, 0, 1, .. query[17..]];

            var answer = responder.Respond(asked);

            Assert.InRange(answer.Length, QueryMessage.HeaderLength, edns ? 1232 : 512);
            Assert.Contains(answer[3] & 0x0F, new[] { 0, 2, 3, 5 });
        }, iter: 20_000);
    }

    [Fact]
    public void Services_leave_the_tenth_address_to_the_dns_and_it_keeps_it()
    {
        var many = string.Join("---\n", Enumerable.Range(0, 15).Select(i => $"apiVersion: v1\nkind: Service\nmetadata: {{ name: s{i}, namespace: a }}\nspec: {{ clusterIP: 10.100.2.{i} }}\n"));
        var cluster = new TestCluster(many);
        var next = new TestCluster(many + $"---\n{Cluster}", previous: cluster.Generation.Addresses);

        Assert.Empty(cluster.Errors.All);
        Assert.Equal("127.18.16.10:8053", $"{new ClusterDnsPlace().Bound(cluster.Generation)}");
        Assert.Equal("127.18.16.10:8053", $"{new ClusterDnsPlace().Bound(next.Generation)}");
        Assert.Null(new ClusterDnsPlace().Bound(Generation.None));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("kind: Namespace\napiVersion: v1\nmetadata: { name: n }", false)]
    [InlineData("kind: Node\napiVersion: v1\nmetadata: { name: n }", true)]
    [InlineData("kind: Pod\napiVersion: v1\nmetadata: { name: n, namespace: n }\nstatus: { podIP: 10.0.1.1 }", true)]
    public void A_road_with_nodes_pods_or_services_has_one(string yaml, bool there) =>
        Assert.Equal(there, new ClusterDnsPlace().Bound(new TestCluster(yaml).Generation) is not null);
}
