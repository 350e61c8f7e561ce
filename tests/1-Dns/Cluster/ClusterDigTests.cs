using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>A real client asks the cluster's DNS on real sockets: 127.N.16.10, port 8053, for an N that is free.</summary>
public sealed class ClusterDigTests : IAsyncDisposable
{
    private const string Services =
        """
        apiVersion: v1
        kind: Service
        metadata: { name: users, namespace: shop }
        spec: { clusterIP: 10.100.93.243, ports: [{ name: http, port: 80 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { clusterIP: None, ports: [{ name: sql, port: 5432 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: mail, namespace: shop }
        spec: { type: ExternalName, externalName: mail.example.com }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: db-0, namespace: shop }
        spec: { containers: [{ name: c, image: i }] }
        status: { podIP: 10.0.1.50 }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: db-1, namespace: shop }
        spec: { containers: [{ name: c, image: i }] }
        status: { podIP: 10.0.1.51 }
        """;

    private const string BothReady = "shop/db sql 10.0.1.50:5432 db-0 ready\nshop/db sql 10.0.1.51:5432 db-1 ready";

    private const string Zones = "zone example.com\nmail 300 CNAME mx.example.com\nmx 300 A 192.0.2.25";

    private readonly TestRoad road = new();
    private readonly AddressPlan plan = AddressPlan.In(FreeRange());
    private TestCluster cluster;
    private readonly ClusterDnsCarrier carrier;

    public ClusterDigTests()
    {
        cluster = new TestCluster(Services, BothReady, Zones, plan);
        carrier = new ClusterDnsCarrier(new ClusterDnsPlace(), new Now(() => cluster), road, road, TimeProvider.System, NullLogger<ClusterDnsCarrier>.Instance);
    }

    [Theory]
    [InlineData("users.shop.svc.cluster.local A", "users.shop.svc.cluster.local. 5 IN A 127.N.16.1", "flags: qr aa rd; QUERY: 1, ANSWER: 1")]
    [InlineData("users.shop.svc.cluster.local A +tcp", "users.shop.svc.cluster.local. 5 IN A 127.N.16.1", "(TCP)")]
    [InlineData("_http._tcp.users.shop.svc.cluster.local SRV", "5 IN SRV 0 100 8080 users.shop.svc.cluster.local.", "users.shop.svc.cluster.local. 5 IN A 127.N.16.1")]
    [InlineData("-x 10.100.93.243", "243.93.100.10.in-addr.arpa. 5 IN PTR users.shop.svc.cluster.local.", "ANSWER: 1")]
    [InlineData("-x 10.0.1.51", "51.1.0.10.in-addr.arpa. 5 IN PTR db-1.db.shop.svc.cluster.local.", "ANSWER: 1")]
    [InlineData("db.shop.svc.cluster.local A", "db.shop.svc.cluster.local. 5 IN A 127.N.64.2", "ANSWER: 2")]
    [InlineData("db-0.db.shop.svc.cluster.local A", "db-0.db.shop.svc.cluster.local. 5 IN A 127.N.64.1", "ANSWER: 1")]
    [InlineData("10-0-1-50.shop.pod.cluster.local A", "10-0-1-50.shop.pod.cluster.local. 5 IN A 127.N.64.1", "ANSWER: 1")]
    [InlineData("mail.shop.svc.cluster.local A", "5 IN CNAME mail.example.com.\nmail.example.com. 300 IN CNAME mx.example.com.\nmx.example.com. 300 IN A 192.0.2.25", "flags: qr aa rd;")]
    [InlineData("mx.example.com A", "mx.example.com. 300 IN A 192.0.2.25", "flags: qr rd ra;")]
    [InlineData("users.shop.svc.cluster.local AAAA", "status: NOERROR", "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local.")]
    [InlineData("users.shop.cluster.local A", "status: NXDOMAIN", "cluster.local. 5 IN SOA")]
    [InlineData("dns-version.cluster.local TXT", "IN TXT \"1.1.0\"", "ANSWER: 1")]
    [InlineData("www.example.org A", "status: SERVFAIL", "EDE: 22 (No Reachable Authority): (other name servers would have to tell, and this road asks none)")]
    [InlineData("www.example.org A +noedns", "status: SERVFAIL", "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0")]
    public async Task Questions(string arguments, string expected, string andAlso)
    {
        await ApplyAsync(cluster);

        var answer = await DigAsync(arguments.Split(' '));

        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Contains(andAlso, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING: Message parser", answer, StringComparison.Ordinal);
        await TestServer.UntilAsync(() => road.Records.Count == 1);
        Assert.IsType<ClusterDecision>(road.Records[0].Decision);
    }

    [Fact]
    public async Task A_pod_that_stops_being_ready_is_left_out_of_the_next_answer()
    {
        await ApplyAsync(cluster);
        Assert.Contains("ANSWER: 2", await DigAsync("db.shop.svc.cluster.local", "A"), StringComparison.Ordinal);

        cluster.Endpoints = "shop/db sql 10.0.1.50:5432 db-0 ready\nshop/db sql 10.0.1.51:5432 db-1 GET /readyz answered 503";
        var less = await DigAsync("db.shop.svc.cluster.local", "A");
        var gone = await DigAsync("db-1.db.shop.svc.cluster.local", "A");
        cluster.Endpoints = "";
        var none = await DigAsync("db.shop.svc.cluster.local", "A");
        cluster.Endpoints = BothReady;

        Assert.Contains("ANSWER: 1", less, StringComparison.Ordinal);
        Assert.Contains("127.N.64.1", less, StringComparison.Ordinal);
        Assert.Contains("status: NXDOMAIN", gone, StringComparison.Ordinal);
        Assert.Contains("status: NXDOMAIN", none, StringComparison.Ordinal);
        Assert.Contains("ANSWER: 2", await DigAsync("db.shop.svc.cluster.local", "A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_stays_where_it_is_and_moves_aside_for_a_service_of_its_name()
    {
        await ApplyAsync(cluster);
        var before = Place();
        await ApplyAsync(new TestCluster(Services.Replace("users", "people", StringComparison.Ordinal), BothReady, Zones, cluster.Generation.Addresses));
        Assert.Equal(before, Place());
        Assert.Contains("ANSWER: 1", await DigAsync("people.shop.svc.cluster.local", "A"), StringComparison.Ordinal);

        await ApplyAsync(new TestCluster(
            Services + "\n---\napiVersion: v1\nkind: Service\nmetadata: { name: kube-dns, namespace: kube-system }\nspec: { clusterIP: 10.100.0.10, ports: [{ name: dns, port: 53 }] }\n",
            BothReady, Zones, cluster.Generation.Addresses));

        Assert.NotEqual(before, Place());
        Assert.Contains("kube-dns.kube-system.svc.cluster.local. 5 IN A 127.N.16.10", await DigAsync("kube-dns.kube-system.svc.cluster.local", "A"), StringComparison.Ordinal);
        // The Service's own address is free for its relays.
        using var relay = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        relay.Bind(before);

        await ApplyAsync(new TestCluster("", "", Zones, cluster.Generation.Addresses));
        Assert.Null(new ClusterDnsPlace().Bound(cluster.Generation));
    }

    [Fact]
    public async Task An_address_in_use_is_an_error_and_nothing_changes()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(Place());
        other.Listen();
        var errors = new ErrorList();

        await using (await carrier.PrepareAsync(cluster.Generation, errors, CancellationToken.None))
        {
            Assert.Equal(
                $"{Place()} is in use by another program, and the cluster's DNS is to listen there, UDP and TCP; stop that program, or use --loopback to move the road",
                Assert.Single(errors.All).ToString());
        }

        other.Dispose();
        await ApplyAsync(cluster);
        Assert.Contains("ANSWER: 1", await DigAsync("users.shop.svc.cluster.local", "A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registration_gives_all_its_parts()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IGenerationSource>(road).AddSingleton<IJourneyLog>(road)
            .AddSingleton<IServiceEndpoints>(cluster).AddClusterDns().BuildServiceProvider();

        Assert.IsType<ClusterDnsCarrier>(services.GetRequiredService<ICarrier>());
        Assert.IsType<ClusterDnsCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<ClusterDnsClaims>(services.GetRequiredService<IAddressClaimant>());
        Assert.Equal(Place(), services.GetRequiredService<IClusterDns>().Bound(cluster.Generation));
    }

    public async ValueTask DisposeAsync() => await carrier.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);

    private IPEndPoint Place() => new ClusterDnsPlace().Bound(cluster.Generation)!;

    private async Task ApplyAsync(TestCluster next)
    {
        Assert.Empty(next.Errors.All);
        var errors = new ErrorList();
        await using var change = await carrier.PrepareAsync(next.Generation, errors, CancellationToken.None);
        Assert.Empty(errors.All);
        cluster = next;
        road.Current = next.Generation;
        await change.CommitAsync(CancellationToken.None);
    }

    /// <summary>What dig prints, with N for this road's part of the loopback range and one space between fields.</summary>
    private async Task<string> DigAsync(params string[] arguments) =>
        Regex.Replace(await TestServer.DigAsync(Place(), arguments), "[ \\t]+", " ").Replace($"127.{plan.Range.Network}.", "127.N.", StringComparison.Ordinal);

    private static LoopbackRange FreeRange()
    {
        // The highest are left alone by roads that look for a free one.
        for (var i = 0; ; i++)
        {
            var range = new LoopbackRange((byte)(232 + (Environment.ProcessId + Random.Shared.Next(22)) % 22));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(ClusterZone.Preferred(range), 8053));
                return range;
            }
            catch (SocketException)
            {
                Assert.True(i < 100, "no loopback range is free");
            }
        }
    }

    /// <summary>The endpoints of the cluster that a test has now.</summary>
    private sealed class Now(Func<TestCluster> cluster) : IServiceEndpoints
    {
        public IReadOnlyList<ServiceEndpoint> Of(Generation generation, ResourceKey service) => cluster().Of(generation, service);

        public IReadOnlyList<ResourceKey> ServicesAt(Generation generation, IPAddress address) => cluster().ServicesAt(generation, address);
    }
}
