using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Usher.Tests.Otlp;
using Usher.Tests.Otlp.Collector;

namespace Usher.Journey.Tests;

/// <summary>Journeys and applications' spans, from the road to a backend.</summary>
public sealed class ExportTests
{
    private const string Api = "https://api.example.com/v1/users";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task From_the_client_to_the_database_all_spans_are_one_tree(string protocol)
    {
        await using var collector = await TestCollector.StartAsync();
        await using var road = await RunningRoad.StartAsync("--otlp", $"{(protocol == "grpc" ? collector.Grpc : collector.Http)}", "--otlp-protocol", protocol);

        var journey = await road.TraceAsync(Api);
        var spans = await SpansAsync(collector, journey.Text("traceId")!, s => s.Service == "usher/client" && s.Span.Name == "GET");

        var tree = Received.Tree(spans);
        var database = Assert.Single(spans, s => s.Attributes.ContainsKey("db.system.name"));
        Assert.True(
            string.Join('\n', PathTo(database, spans)) == """
            usher/client GET client measured
            usher/load-balancer GET server seen
            usher/node node internal seen
            usher/ingress GET /v1/users server seen
            usher/ingress GET client measured
            users GET /v1/users server -
            users SELECT users client -
            """.ReplaceLineEndings("\n").Replace("users SELECT users client -", $"users {database.Span.Name} client -", StringComparison.Ordinal), tree);
        Assert.True(Assert.Single(spans, s => s.ParentId is null).Service == "usher/client", tree);
        Assert.All(spans, s => Assert.True(s.ParentId is null || spans.Any(p => p.Id == s.ParentId), $"{s.Span.Name} has a parent that isn't there\n{tree}"));
        Assert.Equal(["dns", "endpoint (clusterIP)", "endpoint (node)", "response", "service (clusterIP)", "service (node)", "tls"],
            spans.Where(s => s.Kind == "internal" && s.Span.Name != "node" || s.Span.Name == "dns").Select(s => s.Span.Name).Order(StringComparer.Ordinal));
        // The same journey, by its own hops: each is a span, or a span of the application's.
        Assert.Equal(journey.GetProperty("hops").GetArrayLength() + 1, spans.Count);
        var edge = spans.First(s => s.Service == "usher/load-balancer" && s.Kind == "server").Resource;
        Assert.Equal(("aws", "us-east-1", "shop-edge"), (edge["cloud.provider"], edge["cloud.region"], edge["service.instance.id"]));
        Assert.Equal(journey.Hop("load-balancer").Facts().Text("loadBalancerArn"), edge["cloud.resource_id"]);
        // What the journey doesn't show of an application's span is there too.
        var served = spans.Single(s => s is { Service: "users", Kind: "server" });
        var call = spans.Single(s => s.Id == served.ParentId);
        Assert.Equal(journey.Hop("pod").Text("name"), $"{served.Resource["k8s.namespace.name"]}/{served.Resource["k8s.pod.name"]}");
        Assert.Equal(journey.Hop("pod").Text("name"), $"{call.Attributes["k8s.namespace.name"]}/{call.Attributes["k8s.pod.name"]}");
        // A child is within its parent where one waits for the other: two clocks are read, of which one is set now and then.
        foreach (var (outer, inner) in Chain(database, spans).Zip(Chain(database, spans).Skip(1)))
        {
            Assert.True(inner.Span.StartTimeUnixNano + 5_000_000 >= outer.Span.StartTimeUnixNano && inner.Span.EndTimeUnixNano <= outer.Span.EndTimeUnixNano + 5_000_000, $"{inner.Span.Name} isn't within {outer.Span.Name}\n{tree}");
        }
    }

    [Fact]
    public async Task Below_a_clients_own_span_and_only_if_its_trace_is_recorded()
    {
        await using var collector = await TestCollector.StartAsync();
        await using var road = await RunningRoad.StartAsync("--otlp", $"{collector.Http}");
        const string kept = "0af7651916cd43dd8448eb211c80319c", quiet = "1af7651916cd43dd8448eb211c80319c";

        await road.CurlAsync("-H", $"traceparent: 00-{quiet}-b7ad6b7169203331-00", Api);
        await road.CurlAsync("-H", $"traceparent: 00-{kept}-b7ad6b7169203331-01", "-H", "tracestate: vendor=1", Api);
        var spans = await SpansAsync(collector, kept, s => s.Service == "usher/load-balancer" && s.Kind == "server");

        var root = Assert.Single(spans, s => s.ParentIsRemote && s.Service.StartsWith("usher/", StringComparison.Ordinal));
        Assert.Equal(("b7ad6b7169203331", "usher/load-balancer"), (root.ParentId, root.Service));
        Assert.Equal("vendor=1", root.Span.TraceState);
        var server = Assert.Single(spans, s => s is { Service: "users", Kind: "server" });
        Assert.Equal("usher/ingress", Assert.Single(spans, s => s.Id == server.ParentId).Service);
        Assert.DoesNotContain(collector.Spans, s => s.TraceId == quiet);
        // The lines of usher up have the client's trace where it isn't the journey's own.
        await Until.HoldsAsync("the request's line", () => road.Output.Contains($"  trace {kept}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_journey_is_sent_by_the_command_that_asked_for_it()
    {
        await using var collector = await TestCollector.StartAsync();
        await using var road = await RunningRoad.StartAsync();

        var journey = await road.TraceAsync("--otlp", $"{collector.Http}", Api);
        await road.TraceAsync(Api);
        var unresolved = JsonDocument.Parse((await road.UsherAsync("trace", "--json", "--otlp", $"{collector.Grpc}", "--otlp-protocol", "grpc", "https://nothing.example.com/")).Output).RootElement;

        var spans = collector.Spans.Where(s => s.TraceId == journey.Text("traceId")).ToList();
        Assert.Equal(journey.GetProperty("hops").GetArrayLength() + 1, spans.Count);
        Assert.Equal(2, collector.Count);
        var asked = collector.Spans.Where(s => s.TraceId != journey.Text("traceId")).ToList();
        Assert.Equal(["GET", "dns"], asked.Select(s => s.Span.Name));
        Assert.All(asked, s => Assert.Equal(("dns.nxdomain", unresolved.Text("id")), (s.Attributes["error.type"], s.Attributes["usher.journey.id"])));

        var nobody = await road.UsherAsync("trace", "--otlp", "http://127.0.0.1:1", Api);
        Assert.Equal(0, nobody.ExitCode);
        Assert.StartsWith("usher: the spans don't reach http://127.0.0.1:1 (http/protobuf): ", nobody.Error, StringComparison.Ordinal);
        var browser = await road.UsherAsync("trace", "--browser", "--otlp", $"{collector.Http}", Api);
        Assert.Equal(2, browser.ExitCode);
        Assert.Equal(2, (await road.UsherAsync("trace", "--otlp", "localhost:4318", Api)).ExitCode);
    }

    [Fact]
    public async Task OpenTelemetrys_variables_are_Ushers_and_pods_get_their_own()
    {
        await using var collector = await TestCollector.StartAsync();
        await using var road = await RunningRoad.StartWithAsync([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"{collector.Http}"), ("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=hidden-key"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{collector.Http}v1/traces"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"), ("OTEL_SERVICE_NAME", "not-the-pods")]);

        var journey = await road.TraceAsync(Api);
        await SpansAsync(collector, journey.Text("traceId")!, s => s.Service == "usher/load-balancer");

        Assert.Equal("hidden-key", collector.Headers["x-api-key"]);
        Assert.Contains($"spans go to    {collector.Http.GetLeftPart(UriPartial.Authority)} (http/protobuf)", road.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-key", road.Output + road.Errors, StringComparison.Ordinal);
        var environment = await File.ReadAllTextAsync($"/proc/{journey.Hop("pod").Facts().Text("processId")}/environ", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("hidden-key", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-pods", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", environment, StringComparison.Ordinal);
        Assert.Contains($"OTEL_EXPORTER_OTLP_ENDPOINT={(await road.AnnouncedAsync()).Api}\0", environment, StringComparison.Ordinal);

        // Which takes spans by gRPC too, at the same port with the same token, and passes them on.
        var token = environment.Split('\0').Single(v => v.StartsWith("OTEL_EXPORTER_OTLP_HEADERS=authorization=", StringComparison.Ordinal))["OTEL_EXPORTER_OTLP_HEADERS=authorization=".Length..];
        using var channel = GrpcChannel.ForAddress((await road.AnnouncedAsync()).Api);
        var batch = new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = new Resource { Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = "by-grpc" } } } }, ScopeSpans = { new ScopeSpans { Spans = { new Span { TraceId = Google.Protobuf.ByteString.CopyFrom(new byte[15].Append((byte)1).ToArray()), SpanId = Google.Protobuf.ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8), Name = "job" } } } } } } };
        await new TraceService.TraceServiceClient(channel).ExportAsync(batch, new Metadata { { "authorization", token } });
        await Until.HoldsAsync("it is passed on", () => collector.Spans.Any(s => s is { Service: "by-grpc", Span.Name: "job" }));
    }

    [Fact]
    public async Task The_port_for_spans_by_gRPC_is_closed_without_the_token_and_stays_what_it_was()
    {
        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", StandInRoad.Folder);
        using var channel = GrpcChannel.ForAddress((await road.AnnouncedAsync()).Api);
        var client = new TraceService.TraceServiceClient(channel);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(new ExportTraceServiceRequest()));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        // And what isn't gRPC's is as it was.
        Assert.Contains("listeners", (await road.ApiAsync("/api/road")).ToString(), StringComparison.Ordinal);
        var plain = await Tool.RunAsync("curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_code} %{http_version}", $"{(await road.AnnouncedAsync()).Api}/api/road");
        Assert.Equal("401 2", plain.Output);
    }

    [Fact]
    public async Task A_stop_sends_what_is_left_and_a_backend_that_is_gone_stops_nothing()
    {
        await using var collector = await TestCollector.StartAsync();
        await using (var road = await RunningRoad.StartAsync("--stand-in", "-f", StandInRoad.Folder, "--otlp", $"{collector.Http}"))
        {
            for (var i = 0; i < 5; i++) await road.CurlAsync("https://app.example.org/api/x");
            Machine.Signal(road.ProcessId, Machine.Terminate);
            Assert.Equal(0, await road.EndAsync());
            Assert.DoesNotContain("Not exported", road.Errors, StringComparison.Ordinal);
        }

        Assert.Equal(5, collector.Spans.Where(s => s is { Service: "usher/load-balancer", Kind: "server" }).Select(s => s.TraceId).Distinct().Count());

        await using var alone = await RunningRoad.StartAsync("--stand-in", "-f", StandInRoad.Folder, "--otlp", "http://127.0.0.1:1");
        await alone.CurlAsync("https://app.example.org/api/x");
        await Until.HoldsAsync("it is said that nobody is there", () => alone.Errors.Contains("Spans don't reach http://127.0.0.1:1 (http/protobuf)", StringComparison.Ordinal));
        Machine.Signal(alone.ProcessId, Machine.Terminate);
        Assert.Equal(0, await alone.EndAsync());
        Assert.Contains("Not exported to http://127.0.0.1:1 (http/protobuf): 1 journeys", alone.Errors, StringComparison.Ordinal);
    }

    /// <summary>A trace's spans once this one is there, and the application's, each once.</summary>
    private static async Task<IReadOnlyList<Received>> SpansAsync(TestCollector collector, string traceId, Func<Received, bool> last)
    {
        IReadOnlyList<Received> spans = [];
        await Until.HoldsAsync($"the spans of {traceId}", () =>
        {
            spans = [.. collector.Spans.Where(s => s.TraceId == traceId)];
            return spans.Any(last) && spans.Any(s => s is { Service: "users", Kind: "server" });
        });
        Assert.Equal(spans.Count, spans.Select(s => s.Id).Distinct().Count());
        return spans;
    }

    private static List<Received> Chain(Received span, IReadOnlyList<Received> spans)
    {
        var chain = new List<Received>();
        for (var at = span; at is not null; at = spans.FirstOrDefault(s => s.Id == at.ParentId)) chain.Insert(0, at);
        return chain;
    }

    private static List<string> PathTo(Received span, IReadOnlyList<Received> spans) =>
        [.. Chain(span, spans).Select(s => $"{s.Service} {s.Span.Name} {s.Kind} {s.Attributes.GetValueOrDefault("usher.evidence", "-")}")];
}
