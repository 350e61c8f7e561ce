using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using CsCheck;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Usher.Trace.Export;
using Usher.Trace.Otlp;
using Usher.Tests.Otlp;
using Usher.Tests.Otlp.Collector;

namespace Usher.Trace.Tests;

/// <summary>Spans that come as JSON and by gRPC, and what is passed on of them.</summary>
public sealed class OtlpInTests
{
    private const string Span = """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"users"}}]},"schemaUrl":"https://schema/1",
          "scopeSpans":[{"scope":{"name":"lib","version":"1"},"spans":[{
            "traceId":"67891233ABCDEF012345678912345678","spanId":"00000000000000a1","parentSpanId":"00f067aa0ba902b7","traceState":"v=1","flags":257,
            "name":"GET /","kind":2,"startTimeUnixNano":"1767016800000000123","endTimeUnixNano":1767016800000000456,
            "attributes":[{"key":"http.route","value":{"stringValue":"/ü"}},{"key":"http.flag","value":{"boolValue":true}},{"key":"http.n","value":{"intValue":"-7"}},{"key":"http.m","value":{"intValue":7}},
              {"key":"http.d","value":{"doubleValue":1.5}},{"key":"http.inf","value":{"doubleValue":"Infinity"}},{"key":"http.list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"2"}]}}},
              {"key":"http.bytes","value":{"bytesValue":"AQI="}},{"key":"own","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}},{"key":"empty","value":null},{"key":"none"}],
            "events":[{"timeUnixNano":"5","name":"retried","attributes":[{"key":"n","value":{"intValue":"2"}}]}],
            "links":[{"traceId":"67891233abcdef012345678912345678","spanId":"00000000000000a2"}],
            "status":{"code":2,"message":"no"},"somethingNew":{"a":[1]}}]}]}]}
        """;

    [Fact]
    public async Task JSON_is_understood_and_answered_as_JSON()
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.PostAsync(Encoding.UTF8.GetBytes(Span), "application/json; charset=utf-8");

        Assert.Equal((HttpStatusCode.OK, "application/json", "{}"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync()));
        var span = Assert.Single(api.Spans.Of(TestRoad.TraceId));
        Assert.Equal(("users", "GET /", Otlp.SpanKind.Server, 1767016800000000123UL, 1767016800000000456UL, true, "no"), (span.Service, span.Name, span.Kind, span.StartedOn, span.EndedOn, span.Failed, span.StatusMessage));
        Assert.Equal(
            ["http.route=/ü", "http.flag=True", "http.n=-7", "http.m=7", "http.d=1.5", "http.inf=∞", "http.list=a, 2", "http.bytes=0102"],
            span.Attributes.Select(a => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{a.Key}={a.Value}").Replace("Infinity", "∞", StringComparison.Ordinal)));
        var kept = Assert.Single(Received.Of(SpanOrigin.Write([span])));
        Assert.Equal(("v=1", 257u, "retried"), (kept.Span.TraceState, kept.Span.Flags, Assert.Single(kept.Span.Events).Name));
    }

    [Fact]
    public async Task Refused_spans_are_counted_in_JSON_as_text()
    {
        await using var api = await TestApi.StartAsync(new TraceOptions { SpansPerBatch = 0 });
        using var answer = await api.PostAsync(Encoding.UTF8.GetBytes(Span), "application/json");
        Assert.Equal("""{"partialSuccess":{"rejectedSpans":"1"}}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"resourceSpans":3}""", "another type")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}""", "another type")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"soon"}]}]}]}""", "startTimeUnixNano is no number")]
    [InlineData("""{"resourceSpans":[""", "it is no JSON")]
    [InlineData("[]", "another type")]
    public async Task JSON_that_is_none_of_spans_is_refused_with_the_reason(string json, string why)
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.PostAsync(Encoding.UTF8.GetBytes(json), "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_JSON_never_throws_but_as_malformed()
    {
        var whole = Encoding.UTF8.GetBytes(Span);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var damaged = whole.ToArray();
            damaged[at] = value;
            try
            {
                JsonSpans.ToProtobuf(damaged.AsMemory(0, Math.Max(length, whole.Length * 3 / 4)));
            }
            catch (MalformedMessageException)
            {
                // As it is to be.
            }
        }, iter: 5_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_real_client_of_gRPC_is_understood(bool gzip)
    {
        await using var api = await TestApi.StartAsync(http2: true);
        using var channel = GrpcChannel.ForAddress(api.Address);
        var client = new TraceService.TraceServiceClient(channel);
        var request = ExportTraceServiceRequest.Parser.ParseFrom(JsonSpans.ToProtobuf(Encoding.UTF8.GetBytes(Span)));

        var response = await client.ExportAsync(request, gzip ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : null);

        Assert.Null(response.PartialSuccess);
        Assert.Equal("users", Assert.Single(api.Spans.Of(TestRoad.TraceId)).Service);
    }

    [Fact]
    public async Task Calls_over_gRPC_are_answered_in_part_or_refused_with_the_reason()
    {
        await using var api = await TestApi.StartAsync(new TraceOptions { SpansPerBatch = 0, SpanBatchBytes = 10_000 }, http2: true);
        using var channel = GrpcChannel.ForAddress(api.Address);
        var client = new TraceService.TraceServiceClient(channel);
        var request = ExportTraceServiceRequest.Parser.ParseFrom(JsonSpans.ToProtobuf(Encoding.UTF8.GetBytes(Span)));

        Assert.Equal(1, (await client.ExportAsync(request)).PartialSuccess.RejectedSpans);

        request.ResourceSpans[0].SchemaUrl = new string('x', 20_000);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(request));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);

        using var raw = new HttpClient { BaseAddress = api.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (body, status) in new (byte[], string)[] { ([0, 0, 0, 0, 9, 1], "3"), ([1, 0, 0, 0, 1, 1], "12"), ([0, 0, 0, 0, 1, 0x0b], "3"), ([], "3") })
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/grpc");
            using var answer = await raw.PostAsync(new Uri(OtlpGrpcReceiver.Path, UriKind.Relative), content);
            Assert.Equal(status, Assert.Single(answer.Headers.GetValues("grpc-status")));
        }
    }

    [Fact]
    public async Task What_comes_is_passed_on_as_it_came_where_spans_are_exported()
    {
        var relay = new Relay();
        await using var api = await TestApi.StartAsync(new TraceOptions { SpansPerBatch = 0 }, add: services => services.AddSingleton<ISpanRelay>(relay));
        var message = JsonSpans.ToProtobuf(Encoding.UTF8.GetBytes(Span));
        using var answer = await api.PostAsync(Gzip(message), "application/x-protobuf", "gzip");
        using var malformed = await api.PostAsync([0xff], "application/x-protobuf");

        // What is too much here may be welcome there; what is nothing is nothing there either.
        var passed = Assert.Single(relay.Batches);
        Assert.Equal((Convert.ToHexString(message), 1), (Convert.ToHexString(passed.Bytes.Span), passed.Spans));
    }

    [Fact]
    public async Task A_journeys_spans_come_with_those_of_the_applications_as_they_came()
    {
        await using var api = await TestApi.StartAsync();
        var road = new TestRoad();
        var record = road.LoadBalancer();
        api.Log.Add(record);
        var at = ((ulong)(TestRoad.Start - DateTimeOffset.UnixEpoch).Ticks * 100 + 7_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var taken = await api.PostAsync(Encoding.UTF8.GetBytes(Span.Replace("\"1767016800000000123\"", $"\"{at}\"", StringComparison.Ordinal)), "application/json");

        var spans = Received.Of(await api.Client.GetByteArrayAsync(new Uri($"/api/journeys/{record.JourneyId}/spans", UriKind.Relative)));

        Assert.Contains(spans, s => s.Service == "usher/load-balancer" && s.Kind == "server");
        Assert.Equal("[a, 2]", Assert.Single(spans, s => s.Service == "users").Attributes["http.list"]);
        using var unknown = await api.Client.GetAsync(new Uri("/api/journeys/1-0-0/spans", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public void Spans_are_bounded_in_bytes_the_newest_trace_stays()
    {
        var store = new SpanStore(new TraceOptions { SpanBytes = 100 });
        foreach (var (trace, bytes) in new[] { ("a", 60), ("b", 30), ("c", 30), ("d", 500) })
        {
            store.Add([new ReportedSpan { TraceId = trace, SpanId = "1", Service = "s", Name = "n", Bytes = new byte[bytes] }]);
            if (trace == "c") Assert.Equal((false, true, true), (store.Has("a"), store.Has("b"), store.Has("c")));
        }

        Assert.Equal((false, false, true), (store.Has("b"), store.Has("c"), store.Has("d")));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.Fastest)) zip.Write(bytes);
        return output.ToArray();
    }

    private sealed class Relay : ISpanRelay
    {
        internal ConcurrentQueue<AppBatch> Batches { get; } = new();

        public void Offer(AppBatch batch) => Batches.Enqueue(batch);
    }
}
