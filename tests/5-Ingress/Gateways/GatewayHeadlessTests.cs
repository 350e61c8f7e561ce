using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Usher.Ingress.Gateways;
using Usher.Ingress.Tests.Balance;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Gateways.GatewayCluster;

namespace Usher.Ingress.Tests.Gateways;

/// <summary>Headless Services as backends of a Gateway's routes: it chooses one of their endpoints, and dials it. Endpoint web-1 is 10.0.2.1:8080, here 127.N.65.1:8080.</summary>
public sealed class GatewayHeadlessTests : IDisposable
{
    private const string Http = "{ name: http, protocol: HTTP, port: 80 }";
    private static readonly RequestFacts Facts = Cluster.Written("GET http://a.com/");
    private readonly TestCertificates ours = new();

    [Fact]
    public void Each_ready_endpoint_has_its_turn_and_one_that_isnt_ready_has_none()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Headless("web") + Route("web", $"rules: [{Rule("web")}]")).Valid();
        Assert.Contains("parent shop/edge: ResolvedRefs=True ResolvedRefs", cluster.Status("HTTPRoute", "web"));
        cluster.Fronts.Pods["web"] = new FrontEndpoints([.. new[] { 1, 2, 3 }.Select(i => Endpoints.One(18, i) with { Ready = i != 2, Message = i == 2 ? "its readiness probe failed" : null })]);

        var decided = Enumerable.Range(0, 6).Select(_ => Decide(cluster)).ToList();

        // It begins at a random one.
        var first = decided[0].Choice.Read.Index;
        Assert.Equal(Enumerable.Range(0, 6).Select(i => new[] { "web-1", "web-3" }[(first + i) % 2]), decided.Select(d => d.Choice.Read.Endpoint!.Name));
        var told = decided[first == 0 ? 0 : 1].Tell().Single();
        Assert.EndsWith("→ headless Service shop/web:80 → web-1 10.0.2.1:8080, round_robin of 2", told.Decision, StringComparison.Ordinal);
        Assert.Equal(
            ["Service shop/web:80 True is headless (clusterIP: None): it has no virtual IP that would choose an endpoint (hop 6), so one is chosen and dialled here",
                "web-1 10.0.2.1:8080 True round_robin: its turn, 1 of 2", "web-3 10.0.2.3:8080 False round_robin: it is the turn of 1 of 2", "web-2 10.0.2.2:8080 False it isn't ready: its readiness probe failed"],
            told.Reasons.Select(r => $"{r.Candidate} {r.Chosen} {r.Why}").TakeLast(4));
        Assert.Equal(("true", "10.0.2.1:8080", "127.18.65.1:8080", "shop/web-1", "round_robin", "2", "3"), (
            told.Facts["headless"]!.ToString(), told.Facts["endpoint"]!.ToString(), told.Facts["endpointBound"]!.ToString(), told.Facts["endpointPod"]!.ToString(), told.Facts["balance"]!.ToString(), told.Facts["readyEndpoints"]!.ToString(), told.Facts["endpoints"]!.ToString()));
        Assert.False(told.Facts.ContainsKey("clusterIP"));
        Assert.Equal("127.18.65.1:8080 from 127.18.64.1", decided[first == 0 ? 0 : 1].Upstream.ToString());
    }

    [Theory]
    [InlineData(0, "none is ready")]
    [InlineData(1, "none is ready")]
    public void Without_a_ready_endpoint_it_is_503(int unready, string why)
    {
        var cluster = new GatewayCluster(Gateway(Http) + Headless("web") + Route("web", $"rules: [{Rule("web")}]")).Valid();
        cluster.Fronts.Pods["web"] = new FrontEndpoints([.. Enumerable.Range(1, unready).Select(i => Endpoints.One(18, i) with { Ready = false, Message = "it starts" })]);

        Assert.Equal("503", cluster.Ask("GET http://a.com/"));
        var told = Decide(cluster).Tell().Single();
        Assert.Equal(("ingress.503.no-endpoints", false), (told.Outcome, told.Ok));
        Assert.EndsWith(why, told.Reasons.Single(r => r.Candidate == "Service shop/web:80").Why, StringComparison.Ordinal);
        Assert.Equal(unready, told.Reasons.Count(r => r.Why == "it isn't ready: it starts"));
    }

    [Fact]
    public void An_endpoint_outside_the_road_is_dialled_from_any_address_and_one_of_another_port_is_another_backend()
    {
        var cluster = new GatewayCluster(Gateway(Http) + Headless("web", "{ name: a, port: 80 }, { name: b, port: 81 }") + Route("web", $"rules: [{Rule("web")}]")).Valid();
        var outside = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9000);
        cluster.Fronts.Pods["web"] = new FrontEndpoints([new FrontEndpoint(null, "192.0.2.1", outside, outside)]);

        var decision = Decide(cluster);

        Assert.Equal("192.0.2.1:9000", decision.Upstream.ToString());
        Assert.EndsWith("→ headless Service shop/web:a → 192.0.2.1:9000, the only ready endpoint", decision.Tell().Single().Decision, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_go_to_its_endpoints_in_turn_and_one_that_refuses_is_named()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Headless("web"), Route("web", $"rules: [{Rule("web")}]"));
        var both = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1, 2);
        await using var one = Backend.Saying("one", both.All[0].Bound);
        var two = Backend.Saying("two", both.All[1].Bound);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++) answers.Add((await running.AskAsync("GET / HTTP/1.1\r\nHost: a.com\r\n\r\n"))[^3..]);

        Assert.Equal(answers[0] == "one" ? ["one", "two", "one", "two"] : ["two", "one", "two", "one"], answers);
        await two.DisposeAsync();
        running.Cluster.Fronts.Pods["web"] = running.Endpoints(2);
        Assert.StartsWith("HTTP/1.1 503 ", await running.AskAsync("POST / HTTP/1.1\r\nHost: a.com\r\nContent-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        var record = await running.Seam.Journal.RequestAsync(5);
        Assert.Equal(("ingress.503.connection-refused", "endpoint web-2 10.0.2.2:8080 of Service shop/web:80 refused the connection: nothing listens there"), (record.Outcome, record.Problem));
    }

    [Fact]
    public async Task An_explanation_goes_on_to_an_endpoint_and_takes_no_turn()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http, "{ name: tcp, protocol: TCP, port: 5432 }"), Headless("web"), Route("web", $"rules: [{Rule("web")}]"),
            Object("TCPRoute", "web", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }]"));
        var both = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1, 2);

        foreach (var port in new[] { 80, 5432 })
        {
            var traveller = new Traveller { Request = Facts, Address = running.At(port) };
            var first = running.Step.Take(running.Cluster.Generation, traveller)!;
            var other = running.Step.Take(running.Cluster.Generation, traveller)!;

            Assert.Equal(first.Next!.Address, other.Next!.Address);
            Assert.Contains(first.Next.Address, both.All.Select(e => e.Bound));
            // A recorded decision is told as it was, whoever is ready by now.
            running.Cluster.Fronts.Empty.Add("web");
            Assert.Equal(first.Next.Address, running.Step.Take(running.Cluster.Generation, traveller with { Given = first.Decisions })!.Next!.Address);
            Assert.Null(running.Step.Take(running.Cluster.Generation, traveller)!.Next);
            running.Cluster.Fronts.Empty.Remove("web");
        }
    }

    [Fact]
    public async Task A_copy_goes_to_an_endpoint_too()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Service("web"), Headless("copy"), Headless("none"),
            Route("web", $"rules: [{Rule("web", "", "{ type: RequestMirror, requestMirror: { backendRef: { name: copy, port: 80 } } }, { type: RequestMirror, requestMirror: { backendRef: { name: none, port: 80 } } }")}]"));
        var copies = running.Cluster.Fronts.Pods["copy"] = running.Endpoints(1);
        running.Cluster.Fronts.Empty.Add("none");
        await using var copy = Backend.Saying("copy", copies.All[0].Bound);
        await using var web = Backend.Saying("ok", running.ServiceAt("web"));

        Assert.EndsWith("ok", await running.AskAsync("GET /x HTTP/1.1\r\nHost: a.com\r\n\r\n"), StringComparison.Ordinal);

        Assert.StartsWith("GET /x HTTP/1.1\r\n", await copy.RequestAsync(), StringComparison.Ordinal);
        var decision = (await running.Seam.Journal.RequestAsync()).Decision!;
        await Limit.UntilAsync(() => decision.Tell().Single().Reasons.Any(r => r.Why == "the copy to Service shop/copy:80 (web-1 10.0.2.1:8080) answered 200, which was thrown away"));
        Assert.Contains(decision.Tell().Single().Reasons, r => r.Why == "the copy to Service shop/none:80 wasn't sent: the Service is headless, and none of its endpoints is ready");
    }

    [Fact]
    public async Task A_gRPC_call_goes_to_an_endpoint()
    {
        await using var running = await RunningGateway.StartAsync(Gateway(Http), Headless("web"), Object("GRPCRoute", "web", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }]"));
        var pods = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1);
        await using var web = await Http2Server.StartAsync(c => c.Response.WriteAsync(c.Request.Protocol, c.RequestAborted), at: pods.All[0].Bound);
        using var client = running.Http2();

        using var answer = await client.PostAsync("http://a.com/shop.Users/Get", null, TestContext.Current.CancellationToken);

        Assert.Equal("HTTP/2", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TLS_that_is_passed_through_goes_to_an_endpoint()
    {
        await using var running = await RunningGateway.StartAsync(Gateway("{ name: tls, protocol: TLS, port: 443, tls: { mode: Passthrough } }"), Headless("web"), Object("TLSRoute", "web", "parentRefs: [{ name: edge }], hostnames: [a.com], rules: [{ backendRefs: [{ name: web, port: 80 }] }]"));
        var pods = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1);
        await using var web = new TlsUpstream(ours.Issue("web"), _ => null, at: pods.All[0].Bound);

        await using var stream = await running.HandshakeAsync("a.com");

        Assert.Equal("CN=web", stream.RemoteCertificate!.Subject);
    }

    [Fact]
    public async Task Connections_of_TCP_go_to_its_endpoints_in_turn_and_without_one_they_are_reset()
    {
        await using var running = await RunningGateway.StartAsync(Gateway("{ name: tcp, protocol: TCP, port: 5432 }"), Headless("web"), Object("TCPRoute", "web", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }]"));
        var both = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1, 2);
        await using var one = new Backend(async (peer, _, _) => await peer.SendAsync("one"), both.All[0].Bound);
        await using var two = new Backend(async (peer, _, _) => await peer.SendAsync("two"), both.All[1].Bound);

        var heard = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            using var client = await RawPeer.ConnectAsync(running.At(5432));
            await client.SendAsync("anything\r\n\r\n");
            heard.Add(await client.ReadToEndAsync());
        }

        Assert.Equal(["one", "one", "two", "two"], heard.Order(StringComparer.Ordinal));
        var told = (await running.Seam.Journal.EndedAsync()).Decision!.Tell().Single();
        Assert.Contains("TCPRoute shop/web → headless Service shop/web:80 → web-", told.Decision, StringComparison.Ordinal);
        Assert.StartsWith("10.0.2.", told.Facts["endpoint"]!.ToString(), StringComparison.Ordinal);
        running.Cluster.Fronts.Empty.Add("web");
        using var refused = await RawPeer.ConnectAsync(running.At(5432));
        await refused.SendAsync("anything");
        Assert.Equal(SocketError.ConnectionReset, await refused.ReadErrorAsync());
        await running.Seam.Journal.EndedAsync(5);
        Assert.Equal("ingress.no-endpoints", running.Seam.Journal.Ended.Single(r => r.Upstream is null).Decision!.Tell().Single().Outcome);
    }

    [Fact]
    public async Task Datagrams_go_to_an_endpoint()
    {
        await using var running = await RunningGateway.StartAsync(
            Gateway("{ name: dns, protocol: UDP, port: 5353 }"), Headless("web", "{ port: 53, protocol: UDP }"), Object("UDPRoute", "web", "parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: web, port: 53 }] }]"));
        var pods = running.Cluster.Fronts.Pods["web"] = running.Endpoints(1);
        using var web = new UdpPeer(pods.All[0].Bound);
        using var client = new UdpPeer();

        client.Send("ask", running.At(5353, udp: true));
        var (asked, from) = await web.ReceiveAsync();
        web.Send("answer", from);

        Assert.Equal(("ask", "answer"), (asked, (await client.ReceiveAsync()).Text));
    }

    public void Dispose() => ours.Dispose();

    private static GatewayDecision Decide(GatewayCluster cluster)
    {
        var port = cluster.Port();
        return GatewayDecision.Make(port, null, cluster.Backends(port), Facts, new Draw(0));
    }
}
