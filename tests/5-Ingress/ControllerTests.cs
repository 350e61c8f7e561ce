using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Tests;
using Usher.Wire.Tests.Peers;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>The controller's pod on real sockets. Addresses: the pod is 127.N.64.1 (80 → 8080, 10254), Service "web" 127.N.16.1 (80 → 8080).</summary>
public sealed class ControllerTests : IAsyncLifetime
{
    private const string Get = "GET /v1/users?x=1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
    private readonly SeamUnderTest seam = new();
    private Cluster cluster = null!;
    private ServiceProvider services = null!;
    private IRunningPod pod = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("api.example.com", Path("/v1", "Prefix", "web"))}]"), Running.Network()).Valid();
        seam.Generations.Current = cluster.Generation;
        services = new ServiceCollection().AddSingleton(seam.Parts).AddSingleton<IServiceFronts>(cluster.Fronts).AddIngress().BuildServiceProvider();
        var image = services.GetRequiredService<IBuiltInImage>();
        Assert.True(image.Serves(cluster.Controller.Pod.Spec.Containers[0]));
        pod = await image.StartAsync(cluster.Controller, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await pod.DisposeAsync();
        await services.DisposeAsync();
        seam.Dispose();
    }

    [Fact]
    public async Task The_backend_sees_nginxs_headers_in_the_place_of_the_load_balancers()
    {
        IPEndPoint? from = null;
        await using var web = new Backend(
            async (peer, _, _) =>
            {
                from = (IPEndPoint)peer.Socket.RemoteEndPoint!;
                await peer.SendAsync("HTTP/1.1 200 OK\r\nX-Pod: web-1\r\nContent-Length: 2\r\n\r\nok");
            },
            cluster.ServiceAt("web"));
        var answer = await AskAsync(
            "GET /v1//users/../x%41?y=1 HTTP/1.1\r\nHost: Api.example.com\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n"
            + "X-Amzn-Trace-Id: Self=1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-67891233-abcdef012345678912345678\r\nProxy: evil\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\nX-Pod: web-1\r\nContent-Length: 2\r\n\r\nok", answer);

        var seen = await web.RequestAsync();
        Assert.Equal(
            "GET /v1//users/../x%41?y=1 HTTP/1.1\r\nHost: Api.example.com\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n"
            + "X-Amzn-Trace-Id: Self=1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-67891233-abcdef012345678912345678\r\n"
            + "X-Original-Forwarded-For: 198.51.100.1, 203.0.113.7\r\nX-Request-ID: ID\r\nX-Real-IP: 127.0.0.1\r\nX-Forwarded-Host: Api.example.com\r\n"
            + "X-Forwarded-Scheme: http\r\nX-Scheme: http\r\ntraceparent: 00-67891233abcdef012345678912345678-SPAN-01\r\n\r\n",
            Regex.Replace(Regex.Replace(seen, "(?<=X-Request-ID: )[0-9a-f]{32}", "ID"), "(?<=5678-)[0-9a-f]{16}", "SPAN"));

        var record = await seam.Journal.RequestAsync();
        Assert.Equal(new ConnectionId(from!, cluster.ServiceAt("web")), record.Upstream);
        Assert.Equal(cluster.ControllerAt.Address, from!.Address);
        Assert.Equal((Hop.Ingress, 200, 200, null), (record.Hop, record.Status, record.UpstreamStatus, record.Outcome));
        Assert.Equal(("1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa", "67891233abcdef012345678912345678"), (record.JourneyId, record.TraceId));
        Assert.Equal(["Proxy"], record.RequestChanges.Removed);
        Assert.Equal("443 → 80, https → http",
            $"443 → {record.RequestChanges.Rewritten["X-Forwarded-Port"]}, https → {record.RequestChanges.Rewritten["X-Forwarded-Proto"]}");
        Assert.Equal("/v1", Assert.IsType<IngressDecision>(record.Decision).Choice.Route!.Path);
    }

    [Theory]
    [InlineData("X-Request-ID: brought", "X-Request-ID: brought")]
    [InlineData("X-Original-Forwarded-For: forged", null)]
    [InlineData("tracestate: vendor=1", null)]
    [InlineData("X-Amzn-Trace-Id: Root=1-67891233-ABCDEF012345678912345678", "traceparent: 00-67891233abcdef012345678912345678-")]
    [InlineData("X-Amzn-Trace-Id: Self=1-67891234-aaaaaaaaaaaaaaaaaaaaaaaa;Root=1-another-form-of-root-it-is-not-hex", "traceparent: 00-67891234aaaaaaaaaaaaaaaaaaaaaaaa-")]
    public async Task What_a_request_brought_is_kept_overwritten_or_dropped_as_nginx_does(string brought, string? kept)
    {
        await using var web = Backend.Saying("ok", cluster.ServiceAt("web"));
        await AskAsync(Get.Replace("\r\n\r\n", $"\r\n{brought}\r\n\r\n", StringComparison.Ordinal));
        var seen = await web.RequestAsync();
        if (kept is null) Assert.DoesNotContain(brought[..brought.IndexOf(':', StringComparison.Ordinal)], seen, StringComparison.OrdinalIgnoreCase);
        else Assert.Contains($"\r\n{kept}", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01", "01")]
    [InlineData("00", "00")]
    [InlineData("03", "03")]
    // Flags that nobody knows are to be zero (W3C Trace Context, section 3.2.2.5).
    [InlineData("f5", "01")]
    public async Task A_trace_that_was_brought_goes_on_with_this_hop_as_its_parent(string brought, string passedOn)
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c", caller = "b7ad6b7169203331";
        await using var web = Backend.Saying("ok", cluster.ServiceAt("web"));
        await AskAsync(Get.Replace("\r\n\r\n", $"\r\ntraceparent: 00-{trace}-{caller}-{brought}\r\ntracestate: a=1\r\nTraceState: b=2\r\n\r\n", StringComparison.Ordinal));
        var seen = await web.RequestAsync();
        var record = await seam.Journal.RequestAsync();

        var sent = Regex.Match(seen, $"\r\ntraceparent: (00-{trace}-([0-9a-f]{{16}})-{passedOn})\r\n");
        Assert.True(sent.Success, seen);
        Assert.NotEqual(caller, sent.Groups[2].Value);
        Assert.Contains("\r\ntracestate: a=1\r\nTraceState: b=2\r\n", seen, StringComparison.Ordinal);
        Assert.Equal(sent.Groups[1].Value, record.RequestChanges.ValueOf("traceparent"));
        Assert.Equal((trace, new TraceContext(caller, Convert.ToByte(passedOn, 16), "a=1,b=2")), (record.TraceId, record.Brought));
    }

    [Fact]
    public async Task Without_any_id_a_trace_begins_here_and_no_journey_is_invented()
    {
        await using var web = Backend.Saying("ok", cluster.ServiceAt("web"));
        await AskAsync(Get);
        var seen = await web.RequestAsync();
        var record = await seam.Journal.RequestAsync();
        Assert.Null(record.JourneyId);
        Assert.Matches("^[0-9a-f]{32}$", record.TraceId);
        Assert.Equal((uint)record.StartedOn.ToUnixTimeSeconds(), Convert.ToUInt32(record.TraceId![..8], 16));
        Assert.Contains($"\r\ntraceparent: 00-{record.TraceId}-", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v2 HTTP/1.1\r\nHost: api.example.com\r\n\r\n", 404, "Not Found", "ingress.404.no-route", "no Ingress has a rule for host api.example.com and path /v2")]
    [InlineData("GET / HTTP/1.1\r\nHost: other.org\r\n\r\n", 404, "Not Found", "ingress.404.no-route", "no Ingress has a rule for host other.org and path /: there are api.example.com")]
    [InlineData("GET / HTTP/1.1\r\nHost: api.exmple.com\r\n\r\n", 404, "Not Found", "ingress.404.no-route", "the nearest is api.example.com")]
    [InlineData("TRACE / HTTP/1.1\r\nHost: other.org\r\n\r\n", 405, "Not Allowed", "ingress.405.method", "nginx takes no TRACE")]
    [InlineData("GET /.. HTTP/1.1\r\nHost: api.example.com\r\n\r\n", 400, "Bad Request", "ingress.400.malformed-path", "climbs above the root")]
    [InlineData("GET /v1 HTTP/1.1\r\n\r\n", 400, "Bad Request", "ingress.400.malformed", "needs a Host")]
    [InlineData("GET /v1 HTTP/3.0\r\nHost: a\r\n\r\n", 505, "HTTP Version Not Supported", "ingress.505.malformed", "version")]
    [InlineData("GET /v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "Not Implemented", "ingress.501.malformed", "chunked")]
    [InlineData(Get, 502, "Bad Gateway", "ingress.502.connection-refused", "web-1 10.96.0.1:80 of Service shop/web:http refused the connection")]
    public async Task Answers_of_the_controllers_own(string request, int status, string reason, string outcome, string problem)
    {
        AssertPage(await AskAsync(request), status, reason);
        var record = await seam.Journal.RequestAsync();
        Assert.Equal((status, outcome, true), (record.Status, record.Outcome, record.AnsweredHere));
        Assert.Contains(problem, record.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_without_endpoints_is_answered_with_503_without_dialling()
    {
        cluster.Fronts.Empty.Add("web");
        await using var web = Backend.Saying("ok", cluster.ServiceAt("web"));
        AssertPage(await AskAsync(Get), 503, "Service Temporarily Unavailable");
        var record = await seam.Journal.RequestAsync();
        Assert.Equal((503, "ingress.503.no-endpoints", null), (record.Status, record.Outcome, record.Upstream));
        Assert.EndsWith(". web-1: its readiness probe failed", record.Problem, StringComparison.Ordinal);
        Assert.Equal(0, web.Connections);
    }

    [Theory]
    [InlineData("close", "ingress.502.closed-before-response")]
    [InlineData("reset", "ingress.502.reset")]
    [InlineData("nonsense\r\n", "ingress.502.malformed-response")]
    public async Task A_backend_that_fails_is_502(string what, string outcome)
    {
        await using var web = new Backend(
            async (peer, _, _) =>
            {
                if (what == "reset") peer.Reset();
                else if (what != "close") await peer.SendAsync(what);
            },
            cluster.ServiceAt("web"));
        AssertPage(await AskAsync(Get), 502, "Bad Gateway");
        Assert.Equal(outcome, (await seam.Journal.RequestAsync()).Outcome);
    }

    [Fact]
    public async Task A_stale_connection_is_tried_once_more_on_a_new_one()
    {
        Backend web = null!;
        await using var disposed = web = new Backend(
            async (peer, _, number) =>
            {
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}");
                // The next request on it gets nothing but the end.
                await web.NextAsync(peer);
            },
            cluster.ServiceAt("web"));
        Assert.EndsWith("1", await AskAsync(Get), StringComparison.Ordinal);
        await seam.Journal.RequestAsync(); // the connection is kept by now
        Assert.EndsWith("2", await AskAsync(Get), StringComparison.Ordinal);
        var record = await seam.Journal.RequestAsync(2);
        Assert.Equal((200, null, 1, "the kept connection had closed; the request was sent once more on a new one"),
            (record.Status, record.Outcome, record.RequestOnUpstream, record.Note));
        Assert.Equal(3, web.Requests.Count);
    }

    [Fact]
    public async Task What_must_not_be_sent_twice_is_not()
    {
        Backend web = null!;
        await using var disposed = web = new Backend(
            async (peer, _, _) =>
            {
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                await web.NextAsync(peer);
            },
            cluster.ServiceAt("web"));
        await AskAsync(Get);
        await seam.Journal.RequestAsync();
        AssertPage(await AskAsync("POST /v1/users HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 2\r\n\r\nab"), 502, "Bad Gateway");
        Assert.Equal((2, 1), (web.Requests.Count, web.Connections));
    }

    [Fact]
    public async Task A_client_that_leaves_is_recorded_as_499()
    {
        await using var web = new Backend((peer, _, _) => peer.ReadErrorAsync(), cluster.ServiceAt("web"));
        using (var client = await RawPeer.ConnectAsync(cluster.ControllerAt))
        {
            await client.SendAsync(Get);
            await web.RequestAsync();
        }

        var record = await seam.Journal.RequestAsync();
        Assert.Equal((0, "ingress.499.client-closed"), (record.Status, record.Outcome));
    }

    [Fact]
    public async Task A_new_generation_is_served_on_an_open_connection()
    {
        using var client = await RawPeer.ConnectAsync(cluster.ControllerAt);
        await client.SendAsync(Get);
        AssertPage(await client.ReadMessageAsync(), 502, "Bad Gateway");
        var network = cluster.ControllerAt.Address.GetAddressBytes()[1];
        seam.Generations.Current = new Cluster(Service("web") + Routes("api", $"rules: [{Rule("other.example.com", Path("/", "Prefix", "web"))}]"), network).Valid().Generation;
        await client.SendAsync(Get);
        AssertPage(await client.ReadMessageAsync(), 404, "Not Found");
    }

    [Fact]
    public async Task Health_is_told_on_its_own_port_and_on_unknown_hosts()
    {
        var health = new IPEndPoint(cluster.ControllerAt.Address, 10254);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", health), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n", health), StringComparison.Ordinal);
        // Probes of the kubelet are no journey.
        Assert.Empty(seam.Journal.Requests);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await AskAsync("GET /healthz HTTP/1.1\r\nHost: 10.0.1.20\r\n\r\n"), StringComparison.Ordinal);
        Assert.Null((await seam.Journal.RequestAsync()).Outcome);
    }

    [Fact]
    public async Task A_port_in_use_is_thrown_and_the_other_port_let_go()
    {
        var network = Running.Network();
        var elsewhere = new Cluster(Service("web") + Routes("api", $"defaultBackend: {To("web")}"), network).Valid();
        await using var taken = Backend.Saying("mine", new(elsewhere.ControllerAt.Address, 10254));
        var image = services.GetRequiredService<IBuiltInImage>();
        var thrown = await Assert.ThrowsAsync<SocketException>(() => image.StartAsync(elsewhere.Controller, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.AddressAlreadyInUse, thrown.SocketErrorCode);
        await Limit.UntilAsync(() => FreeNetwork.IsFree(elsewhere.ControllerAt));
    }

    [Fact]
    public async Task Stopping_refuses_new_connections_and_ends_the_pod()
    {
        Assert.False(pod.Exited.IsCompleted);
        await pod.StopAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal("stopped", await pod.Exited);
        Assert.Null(pod.ProcessId);
        await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(cluster.ControllerAt));
    }

    [Fact]
    public void Everything_is_registered()
    {
        Assert.IsType<IngressCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<IngressStep>(services.GetRequiredService<IRoadStep>());
        Assert.IsType<IngressImage>(services.GetRequiredService<IBuiltInImage>());
    }

    private async Task<string> AskAsync(string request, IPEndPoint? at = null)
    {
        using var client = await RawPeer.ConnectAsync(at ?? cluster.ControllerAt);
        await client.SendAsync(request);
        return await client.ReadMessageAsync();
    }

    private static void AssertPage(string answer, int status, string reason)
    {
        Assert.StartsWith($"HTTP/1.1 {status} {reason}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/html\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith(
            $"\r\n\r\n<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            answer, StringComparison.Ordinal);
    }
}
