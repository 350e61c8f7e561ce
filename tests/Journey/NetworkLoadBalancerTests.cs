using System.Net.Sockets;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/nlb</c>: a Network Load Balancer before an ingress controller that ends TLS, before a NodePort, and before a pod itself.</summary>
[Trait("user", "matters")]
public sealed class NetworkLoadBalancerTests(NetworkRoad network) : IClassFixture<NetworkRoad>
{
    private const string Url = "https://app.example.net/v1";

    [Fact]
    public async Task Curl_and_the_ingress_speak_TLS_past_the_load_balancer()
    {
        var road = await network.RunsAsync();

        var ended = await road.CurlAsync("-i", "-k", "-v", Url);

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.StartsWith("HTTP/2 200", ended.Output, StringComparison.Ordinal);
        Assert.Contains("CN=app.example.net", ended.Error, StringComparison.Ordinal);
        // The node stands in for the client, as with externalTrafficPolicy Cluster.
        Assert.Matches(@"(?i)x-real-ip\W+127\.", ended.Output);
    }

    [Fact]
    public async Task The_journey_begins_at_the_ingress_and_has_the_relays_before_it()
    {
        var road = await network.RunsAsync();

        var journey = await road.TraceAsync("-k", Url);

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(
            ["dns", "load-balancer", "node", "service node", "endpoint node", "tls", "ingress", "service clusterIP", "endpoint clusterIP", "pod", "response"],
            journey.HopNames());
        Assert.All(journey.GetProperty("hops").EnumerateArray().Where(h => h.Text("hop") != "pod"), h => Assert.Equal("seen", h.Text("evidence")));
        var balancer = journey.Hop("load-balancer");
        Assert.Matches(@"^TCP:443 → target group ingress-https → i-0b1b2c3d4e5f6000\d 10\.0\.\d\.10:30443, by the flow's hash of 2$", balancer.Text("decision"));
        Assert.Equal("preserved: the target sees 127.0.0.1, from a port of its own", balancer.Facts().Text("clientAddress"));
        Assert.Equal("h2", journey.Hop("tls").Facts().Text("alpn"));
        Assert.Equal(journey.Text("id")!.Replace("-", "", StringComparison.Ordinal)[1..], journey.Text("traceId"));
        Assert.Equal(journey.Text("id"), (await road.ApiAsync($"/api/journeys/{journey.Text("id")}")).Text("id"));
    }

    [Theory]
    [InlineData("http://app.example.net:8000/a", "dns load-balancer node service endpoint pod")]
    [InlineData("http://app.example.net:5000/a", "dns load-balancer pod")]
    public async Task Where_nobody_reads_HTTP_the_journey_is_that_of_the_clients_connection(string url, string hops)
    {
        var road = await network.RunsAsync();

        var journey = await road.TraceAsync(url);

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(hops, string.Join(' ', journey.GetProperty("hops").EnumerateArray().Select(h => h.Text("hop"))));
        Assert.Equal(("measured", "client"), (journey.Hop("pod").Text("evidence"), journey.Hop("pod").Facts().Text("measuredBy")));
    }

    [Theory]
    [InlineData("http://app.example.net:5001/", "load-balancer.reset.no-registered-target", "target group nobody has no registered targets")]
    [InlineData("http://app.example.net:5002/", "load-balancer.reset.connection-refused", "10.0.1.10:30099 refused the connection")]
    public async Task A_connection_that_is_reset_says_why(string url, string outcome, string told)
    {
        var road = await network.RunsAsync();

        var ended = await road.UsherAsync("trace", "--json", url);
        var journey = JsonDocument.Parse(ended.Output).RootElement;

        Assert.Equal((6, outcome, null), (ended.ExitCode, journey.Text("outcome"), journey.Text("status")));
        Assert.Contains(told, journey.Text("problem"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_walks_the_same_way_by_the_files_alone()
    {
        var explained = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", Url, "-f", NetworkRoad.Folder)).Output).RootElement;

        Assert.Equal(("ok", "pod"), (explained.Text("outcome"), explained.Text("answeredBy")));
        Assert.Equal(
            ["dns", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod"], explained.HopNames());
        Assert.Equal("CN=app.example.net, O=Usher test", explained.Hop("ingress").Facts().Text("certificate"));

        var reset = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", "http://app.example.net:5001/", "-f", NetworkRoad.Folder)).Output).RootElement;
        Assert.Equal(("load-balancer.reset.no-registered-target", null), (reset.Text("outcome"), reset.Text("status")));
    }

    [Fact]
    public async Task TLS_ends_at_the_load_balancer_and_the_ingress_reads_plain_HTTP()
    {
        var road = await network.RunsAsync();

        var journey = await road.TraceAsync("https://plain.example.net:9443/v1");

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(
            ["dns", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod", "response"],
            journey.HopNames());
        var tls = journey.Hop("tls");
        Assert.StartsWith("certificate *.example.net for SNI plain.example.net", tls.Text("decision"), StringComparison.Ordinal);
        Assert.Equal(("TLSv1.2", "http/1.1"), (tls.Facts().Text("version"), tls.Facts().Text("alpn")));
        Assert.StartsWith("TLS:9443 → target group ingress-http → ", journey.Hop("load-balancer").Text("decision"), StringComparison.Ordinal);
        Assert.Equal("HTTP1Only: http/1.1, http/1.0", journey.Hop("load-balancer").Facts().Text("alpnPolicy"));
    }

    [Fact]
    public async Task A_TLS_target_is_spoken_to_in_what_was_negotiated_with_the_client()
    {
        var road = await network.RunsAsync();

        var journey = await road.TraceAsync("https://app.example.net:9444/v1");

        Assert.Equal(("200", "ok"), (journey.Text("status"), journey.Text("outcome")));
        Assert.Equal("h2", journey.Hop("tls").Facts().Text("alpn"));
        var again = journey.Hop("load-balancer").Facts().GetProperty("tls");
        Assert.Equal(("h2", "CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co"), (again.Text("alpn"), again.Text("certificate")));
        Assert.StartsWith("TLSv1.3 ", again.Text("encrypted"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/2", journey.Hop("ingress").Facts().Text("protocol"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_curl_asks_of_a_TLS_listener_is_listed_as_it_was_asked()
    {
        var road = await network.RunsAsync();
        var path = $"/{Guid.NewGuid():n}";

        var ended = await road.CurlAsync("-k", "-o", "/dev/null", "-w", "%{http_version}", "--http2", "--connect-to", $":9444:{road.Https.Address}:9444", $"https://app.example.net:9444{path}");

        Assert.Equal((0, "2"), (ended.ExitCode, ended.Output));
        var journeys = await road.JourneysAsync("curl's is listed", "limit=20", all => all.Any(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)));
        Assert.Equal($"https://app.example.net:9444{path}", journeys.First(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).Text("url"));
    }

    [Fact]
    public async Task An_application_load_balancer_behind_it_reads_what_it_relays()
    {
        var road = await network.RunsAsync();

        var journey = await road.TraceAsync("https://plain.example.net:9447/v1");

        Assert.Equal(("200", "ok", "pod"), (journey.Text("status"), journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.Equal(
            ["dns", "load-balancer", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod", "response"],
            journey.HopNames());
        var balancers = journey.GetProperty("hops").EnumerateArray().Where(h => h.Text("hop") == "load-balancer").ToList();
        Assert.Matches("^TCP:9447 → target group app-behind → app/web-rules/[0-9a-f]{16} .*:443, by the flow's hash of [12]$", balancers[0].Text("decision"));
        Assert.Equal("web-rules", balancers[1].Text("name"));
        Assert.Equal("preserved: the target sees 127.0.0.1, from a port of its own", balancers[0].Facts().Text("clientAddress"));
        Assert.StartsWith("certificate *.example.net for SNI plain.example.net", journey.Hop("tls").Text("decision"), StringComparison.Ordinal);

        var explained = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", "https://plain.example.net:9447/v1", "-f", NetworkRoad.Folder)).Output).RootElement;
        Assert.Equal(
            ["dns", "load-balancer", "tls", "load-balancer", "node", "service node", "endpoint node", "ingress", "service clusterIP", "endpoint clusterIP", "pod"], explained.HopNames());
    }

    [Fact]
    public async Task Connections_of_TLS_listeners_are_lines_of_the_access_log()
    {
        var road = await network.RunsAsync();
        var name = $"n{Guid.NewGuid():n}.example.net";

        await Tool.RunAsync("curl", "-sS", "-k", "--http2", "-o", "/dev/null", "-H", "Host: app.example.net", "--connect-to", $":9444:{road.Https.Address}:9444", $"https://{name}:9444/");
        await Tool.RunAsync("curl", "-sS", "-k", "-o", "/dev/null", "--connect-to", $":443:{road.Https}", "https://app.example.net/");

        string[] lines = [];
        await road.UntilAsync("the connection is logged", () => (lines = Logged(road, name)).Length > 0);
        var fields = Assert.Single(lines).Split(' ');
        Assert.Equal(22, fields.Length);
        Assert.Equal(("tls", "2.0"), (fields[0], fields[1]));
        Assert.Matches("^net/web-net/[0-9a-f]{16}$", fields[3]);
        Assert.Matches(@"^127\.\d+\.0\.\d+:9444$", fields[6]);
        Assert.Equal(["-", "-"], [fields[11], fields[13]]);
        Assert.Equal(["TLS_AES_256_GCM_SHA384", "tlsv13", "-", name, "h2", "h2", "\"h2\",\"http/1.1\""], fields[14..21]);
        Assert.All(Logged(road, "tls "), l => Assert.DoesNotContain(":443 ", l, StringComparison.Ordinal));

        static string[] Logged(RunningRoad road, string what) => Directory.Exists(Path.Combine(road.State, "logs", "s3", "my-logs"))
            ? [.. Directory.EnumerateFiles(Path.Combine(road.State, "logs", "s3", "my-logs"), ".*.part", SearchOption.AllDirectories).SelectMany(File.ReadAllLines).Where(l => l.Contains(what, StringComparison.Ordinal))]
            : [];
    }

    [Theory]
    [InlineData("https://plain.example.net:9446/", "load-balancer.reset.tls-handshake", "what answers there doesn't speak TLS")]
    [InlineData("http://plain.example.net:9443/", "tls.not-tls", "the client spoke no TLS: plain HTTP at a TLS listener, say")]
    public async Task A_handshake_that_fails_on_either_side_says_why(string url, string outcome, string told)
    {
        var road = await network.RunsAsync();

        var ended = await road.UsherAsync("trace", "--json", url);
        var journey = JsonDocument.Parse(ended.Output).RootElement;

        Assert.Equal((6, outcome, null), (ended.ExitCode, journey.Text("outcome"), journey.Text("status")));
        Assert.Contains(told, journey.Text("problem"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://plain.example.net:9443/", "dns tls load-balancer node service endpoint ingress service endpoint pod", "ok")]
    [InlineData("https://app.example.net:9444/", "dns tls load-balancer node service endpoint ingress service endpoint pod", "ok")]
    [InlineData("http://plain.example.net:9443/", "dns tls", "tls.not-tls")]
    public async Task Explain_tells_where_TLS_ends(string url, string hops, string outcome)
    {
        var explained = JsonDocument.Parse((await Tool.UsherAsync("explain", "--json", url, "-f", NetworkRoad.Folder)).Output).RootElement;

        Assert.Equal((outcome, hops), (explained.Text("outcome"), string.Join(' ', explained.GetProperty("hops").EnumerateArray().Select(h => h.Text("hop")))));
    }

    [Fact]
    public async Task Openssl_sees_the_ingress_and_its_requests_are_listed()
    {
        var road = await network.RunsAsync();

        var shown = await Tool.RunAsync("openssl", "s_client", "-connect", road.Https.ToString(), "-servername", "app.example.net", "-alpn", "http/1.1", "-brief");
        Assert.Contains("CN = app.example.net", shown.Error + shown.Output, StringComparison.Ordinal);

        var path = $"/{Guid.NewGuid():n}";
        Assert.Equal(0, (await road.CurlAsync("-k", "-o", "/dev/null", $"https://app.example.net{path}")).ExitCode);
        var journeys = await road.JourneysAsync("curl's is listed", "limit=20", all => all.Any(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)));
        Assert.Equal("load-balancer", journeys.First(j => j.Text("url")!.EndsWith(path, StringComparison.Ordinal)).HopNames().First(h => h != "dns"));
    }

    [Fact]
    public async Task A_road_with_an_open_connection_ends_soon()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", NetworkRoad.Folder);
        using var kept = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await kept.ConnectAsync(road.Https, TestContext.Current.CancellationToken);

        var began = TimeProvider.System.GetTimestamp();
        Machine.Signal(road.ProcessId, Machine.Terminate);
        Assert.Equal(0, await road.EndAsync());

        // The road's own limit is 30 s.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }
}

/// <summary>The road of <c>roads/nlb</c>.</summary>
public sealed class NetworkRoad() : SharedRoad(() => RunningRoad.StartAsync("--stand-in", "-f", Folder))
{
    internal static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/nlb");
}
