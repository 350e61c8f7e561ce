using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Usher.Pod.Tests;

/// <summary>Stand-ins on real sockets, and real probes against them and against other servers.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly Prober prober = new(TimeProvider.System);

    [Fact]
    public async Task Answers_anything_with_what_it_got()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ name: http, containerPort: {port} }}]");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"http://{pod.Address!.Bound}:{port}/v1/users%2F1?a=b%20c") { Content = new StringContent("12345") };
        request.Headers.Host = "api.example.com";
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["a"], response.Headers.GetValues("X-Pod"));
        Assert.True((bool)answer!["standIn"]!);
        Assert.Equal("PUT", (string)answer["method"]!);
        Assert.Equal("/v1/users%2F1?a=b%20c", (string)answer["url"]!);
        Assert.Equal("api.example.com", (string)answer["headers"]!["Host"]!);
        Assert.Equal("203.0.113.7", (string)answer["headers"]!["X-Forwarded-For"]!);
        Assert.Equal(5, (int)answer["bodyBytes"]!);
        Assert.Equal($"10.0.1.100:{port}", (string)answer["address"]!);
        Assert.Equal("node-1", (string)answer["node"]!);
    }

    [Fact]
    public async Task Answers_datagrams_with_who_it_is_and_leaves_its_port_when_it_stops()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ name: dns, containerPort: {port}, protocol: UDP }}, {{ containerPort: {port} }}]");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(pod.Address!.Bound, port);
        foreach (var length in new[] { 5, 0, 65_507 })
        {
            await client.SendAsync(new byte[length], TestContext.Current.CancellationToken);
            var answer = JsonNode.Parse((await client.ReceiveAsync(TestContext.Current.CancellationToken)).Buffer)!;
            Assert.Equal((true, "a", length, $"10.0.1.100:{port}", "UDP"), ((bool)answer["standIn"]!, (string)answer["pod"]!, (int)answer["bodyBytes"]!, (string)answer["address"]!, (string)answer["protocol"]!));
            Assert.Equal(client.Client.LocalEndPoint!.ToString(), (string)answer["from"]!);
        }

        var taken = await Assert.ThrowsAsync<LaunchException>(() => StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.StartsWith($"a stand-in for {pod.Main.Image} can't listen on {pod.Address.Bound}:{port}/UDP: ", taken.Message, StringComparison.Ordinal);

        await standIn.StopAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[1], TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Passes_every_kind_of_probe_on_ports_that_are_not_declared()
    {
        var ports = Enumerable.Range(0, 3).Select(_ => TestRoad.FreePort()).ToList();
        var pod = Plan($"startupProbe: {{ tcpSocket: {{ port: {ports[0]} }}, timeoutSeconds: 20 }}, livenessProbe: {{ grpc: {{ port: {ports[1]}, service: users }}, timeoutSeconds: 20 }}, "
            + $"readinessProbe: {{ httpGet: {{ port: {ports[2]}, path: /readyz }}, timeoutSeconds: 20 }}");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(3, pod.Main.Probes.Length);
        foreach (var probe in pod.Main.Probes) Assert.Equal(ProbeResult.Passed, await prober.AskAsync(pod, probe, Nothing, TestContext.Current.CancellationToken));
        await standIn.StopAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var refused = $"connect: connection refused";
        Assert.Equal($"dial tcp 10.0.1.100:{ports[0]}: {refused}", await Ask(pod, ProbeKind.Startup));
        Assert.Equal($"timeout: failed to connect service \"10.0.1.100:{ports[1]}\": {refused}", await Ask(pod, ProbeKind.Liveness));
        Assert.Equal($"Get \"http://10.0.1.100:{ports[2]}/readyz\": dial tcp 10.0.1.100:{ports[2]}: {refused}", await Ask(pod, ProbeKind.Readiness));
    }

    [Theory]
    [InlineData("http", "1.1")]
    [InlineData("http", "2.0")]
    [InlineData("https", "1.1")]
    [InlineData("https", "2.0")]
    public async Task One_port_speaks_both_versions_of_HTTP_with_TLS_and_without(string scheme, string version)
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ containerPort: {port} }}]");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{scheme}://{pod.Address!.Bound}:{port}/x?y")
        {
            Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(new byte[100_000]),
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);

        Assert.Equal(Version.Parse(version), response.Version);
        Assert.Equal((version == "2.0" ? "HTTP/2" : "HTTP/1.1", "/x?y", 100_000), ((string)answer!["protocol"]!, (string)answer["url"]!, (int)answer["bodyBytes"]!));
        await standIn.StopAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_gRPC_call_is_told_which_pod_it_met(string scheme)
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ containerPort: {port} }}]");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{scheme}://{pod.Address!.Bound}:{port}/hipstershop.CartService/GetCart")
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        request.Content.Headers.ContentType = new("application/grpc");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(("12", "a", "pod a: a stand-in answers no calls but the health check"),
            (response.Headers.GetValues("grpc-status").Single(), response.Headers.GetValues("x-pod").Single(), response.Headers.GetValues("grpc-message").Single()));
    }

    [Fact]
    public async Task An_HTTPS_probe_does_not_look_at_the_certificate()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"readinessProbe: {{ httpGet: {{ port: {port}, scheme: HTTPS, path: /ready }}, timeoutSeconds: 20 }}");
        Assert.Equal($"Get \"https://10.0.1.100:{port}/ready\": dial tcp 10.0.1.100:{port}: connect: connection refused", await Ask(pod, ProbeKind.Readiness));
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null(await Ask(pod, ProbeKind.Readiness));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_holds_no_stand_in_up()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ containerPort: {port} }}]");
        await using var standIn = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        using var silent = await Prober.ConnectAsync(pod, port, TestContext.Current.CancellationToken);
        using var half = await Prober.ConnectAsync(pod, port, TestContext.Current.CancellationToken);
        await half.SendAsync("PRI * HT"u8.ToArray(), TestContext.Current.CancellationToken);

        await standIn.StopAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Each_container_of_a_pod_has_its_own_ports()
    {
        var ports = Enumerable.Range(0, 3).Select(_ => TestRoad.FreePort()).ToList();
        var road = new TestRoad();
        road.Publish(TestRoad.OnePod($"ports: [{{ containerPort: {ports[0]} }}], readinessProbe: {{ tcpSocket: {{ port: {ports[1]} }} }}")
            + $"\n    - {{ name: d, image: \"side:1\", ports: [{{ containerPort: {ports[1]} }}], livenessProbe: {{ tcpSocket: {{ port: {ports[2]} }} }} }}");
        var pod = road.Pod("a");
        Assert.Equal([[ports[0]], [ports[1], ports[2]]], pod.Containers.Select(c => c.Listens.ToList()));
        await using var first = await StandInServer.StartAsync(pod, pod.Containers[0], TimeProvider.System, TestContext.Current.CancellationToken);
        await using var second = await StandInServer.StartAsync(pod, pod.Containers[1], TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = Client();
        var answer = await client.GetFromJsonAsync<JsonObject>($"http://{pod.Address!.Bound}:{ports[1]}/", TestContext.Current.CancellationToken);
        Assert.Equal(("d", "side:1"), ((string)answer!["container"]!, (string)answer["image"]!));
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"ports: [{{ containerPort: {port} }}]");
        await using var first = await StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<LaunchException>(() => StandInServer.StartAsync(pod, pod.Main, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains($"{pod.Address!.Bound}:{port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 399 Odd\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "HTTP probe failed with statuscode: 400")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "HTTP probe failed with statuscode: 503")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n", "passed: Probe terminated redirects")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", "stopped after 10 redirects")]
    public async Task Http_statuses(string response, string? expected)
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"readinessProbe: {{ httpGet: {{ port: {port}, path: '/healthz?full=1', httpHeaders: [{{ name: X-Probe, value: yes it is }}, {{ name: Host, value: probe.example }}] }}, timeoutSeconds: 20 }}");
        await using var server = new RawServer(new IPEndPoint(pod.Address!.Bound, port), response);

        var result = await prober.AskAsync(pod, pod.Main.Probes[0], Nothing, TestContext.Current.CancellationToken);

        if (expected is null) Assert.Equal(ProbeResult.Passed, result);
        else Assert.EndsWith(expected, (result.Success ? "passed: " : "") + result.Output, StringComparison.Ordinal);
        var head = server.Requests[0].Split("\r\n");
        Assert.Equal("GET /healthz?full=1 HTTP/1.1", head[0]);
        Assert.Contains("Host: probe.example", head);
        Assert.Contains("X-Probe: yes it is", head);
        Assert.Contains("User-Agent: kube-probe/1.33", head);
        Assert.Contains("Connection: close", head);
        Assert.DoesNotContain(head, h => h.StartsWith("traceparent", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_times_out()
    {
        var port = TestRoad.FreePort();
        var pod = Plan($"readinessProbe: {{ httpGet: {{ port: {port} }} }}");
        await using var server = new RawServer(new IPEndPoint(pod.Address!.Bound, port), "");
        Assert.Equal($"Get \"http://10.0.1.100:{port}/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", await Ask(pod, ProbeKind.Readiness));
    }

    public void Dispose() => prober.Dispose();

    private async Task<string?> Ask(PodPlan pod, ProbeKind kind) =>
        (await prober.AskAsync(pod, pod.Main.Probes.Single(p => p.Kind == kind), Nothing, TestContext.Current.CancellationToken)).Output;

    private static FakePod Nothing { get; } = new("c", []);

    private static HttpClient Client() => new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } });

    private static PodPlan Plan(string container)
    {
        var road = new TestRoad();
        road.Publish(TestRoad.OnePod(container));
        return road.Pod("a");
    }

    /// <summary>Answers every connection's first request with the same bytes, or with nothing.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener listener;
        private readonly CancellationTokenSource end = new();
        private readonly Task serving;

        public RawServer(IPEndPoint at, string response)
        {
            listener = new TcpListener(at);
            listener.Start();
            serving = ServeAsync(System.Text.Encoding.ASCII.GetBytes(response));
        }

        public List<string> Requests { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await serving;
            listener.Stop();
            end.Dispose();
        }

        private async Task ServeAsync(byte[] response)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptSocketAsync(end.Token);
                    var read = await client.ReceiveAsync(buffer, end.Token);
                    Requests.Add(System.Text.Encoding.ASCII.GetString(buffer, 0, read));
                    if (response.Length > 0) await client.SendAsync(response, end.Token);
                    else await client.ReceiveAsync(buffer, end.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The test is over, or the probe hung up.
            }
        }
    }
}
