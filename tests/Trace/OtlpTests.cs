using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using CsCheck;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Usher.Trace.Otlp;
using SpanKind = Usher.Trace.Otlp.SpanKind;

namespace Usher.Trace.Tests;

public sealed class OtlpTests
{
    [Fact]
    public async Task The_official_exporter_is_understood()
    {
        await using var api = await TestApi.StartAsync();
        using var source = new ActivitySource("shop");
        string traceId;
        using (var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("shop")
            .ConfigureResource(r => r.AddService("users"))
            .AddOtlpExporter(o =>
            {
                o.Endpoint = new Uri(api.Address, "/v1/traces");
                o.Protocol = OtlpExportProtocol.HttpProtobuf;
                o.ExportProcessorType = ExportProcessorType.Simple;
            })
            .Build())
        {
            using var server = source.StartActivity("GET /v1/users", ActivityKind.Server)!;
            server.SetTag("http.response.status_code", 500).SetTag("url.path", "/v1/users").SetTag("thread.id", 7).SetStatus(ActivityStatusCode.Error, "no such table");
            using (var database = source.StartActivity("SELECT users", ActivityKind.Client)!)
            {
                database.SetTag("db.system.name", "sqlite").SetTag("db.response.returned_rows", 3.5).SetTag("db.collection.names", new[] { "a", "b" }).SetTag("db.flag", true);
            }

            traceId = server.TraceId.ToHexString();
        }

        var spans = api.Spans.Of(traceId);
        var root = spans.Single(s => s.Kind == SpanKind.Server);
        var child = spans.Single(s => s.Kind == SpanKind.Client);
        Assert.Equal(("users", "GET /v1/users", true, "no such table"), (root.Service, root.Name, root.Failed, root.StatusMessage));
        Assert.Equal(root.SpanId, child.ParentId);
        Assert.Null(root.ParentId);
        Assert.InRange(child.StartedOn, root.StartedOn, root.EndedOn);
        Assert.Equal("500", root.Text("http.response.status_code"));
        Assert.Null(root.Text("thread.id"));
        Assert.Equal(["sqlite", "3.5", "a, b", "True"], child.Attributes.Select(a => Convert.ToString(a.Value, System.Globalization.CultureInfo.InvariantCulture)!));
    }

    /// <summary>An <c>ExportTraceServiceRequest</c> written by hand from the .proto files: a resource, a scope, a span, and fields that nobody knows.</summary>
    [Fact]
    public void Bytes_written_by_hand_are_understood()
    {
        byte[] span =
        [
            .. Field(1, Convert.FromHexString(TestRoad.TraceId)), .. Field(2, Convert.FromHexString("00000000000000a1")),
            .. Field(5, "GET /"u8), 6 << 3, 2, (7 << 3) | 1, .. BitConverter.GetBytes(10UL), (8 << 3) | 1, .. BitConverter.GetBytes(5UL),
            (10 << 3), 3, .. Field(9, [.. Field(1, "http.route"u8), .. Field(2, Field(1, "/"u8))]),
            (16 << 3 | 5) & 0x7f | 0x80, 0x01, 1, 2, 3, 4, .. Field(15, [3 << 3, 2]),
        ];
        byte[] resource = [.. Field(1, [.. Field(1, "service.name"u8), .. Field(2, Field(1, "users"u8))])];

        // The resource may come after the spans.
        byte[] body = Field(1, [.. Field(2, [.. Field(2, span)]), .. Field(1, resource)]);
        var batch = SpanBatch.Read(body, 10);
        var read = Assert.Single(batch.Spans);
        Assert.Equal(("users", "GET /", SpanKind.Server, 10UL, 10UL, true), (read.Service, read.Name, read.Kind, read.StartedOn, read.EndedOn, read.Failed));
        Assert.Equal("/", read.Text("http.route"));
    }

    [Theory]
    [InlineData("00", "a field has number 0")]
    [InlineData("0aff", "it ends within a number")]
    [InlineData("0a05", "says it has 5 bytes, but 0 are left")]
    [InlineData("0b", "wire type 3")]
    [InlineData("08ffffffffffffffffffff01", "wire type 0, not 2")]
    [InlineData("10ffffffffffffffffffff01", "longer than 10 bytes")]
    [InlineData("0a0412020a01", "says it has 2 bytes, but 2 are left|says it has 1 bytes")]
    public void Malformed_bytes_are_told(string hex, string why)
    {
        var problem = new SpanIntake(new SpanStore(new TraceOptions()), new TraceOptions()).Take(Convert.FromHexString(hex), out _);
        Assert.Contains(why.Split('|'), w => problem?.Contains(w, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var receiver = new SpanIntake(new SpanStore(new TraceOptions { Traces = 10 }), new TraceOptions());
        Gen.Byte.Array[0, 200].Sample(bytes => { receiver.Take(bytes, out _); }, iter: 20_000);
    }

    [Fact]
    public void Damaged_batches_never_throw()
    {
        var receiver = new SpanIntake(new SpanStore(new TraceOptions { Traces = 10 }), new TraceOptions());
        var whole = Batch(TestRoad.TraceId, 3);
        Assert.Null(receiver.Take(whole, out _));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var damaged = whole.ToArray();
            damaged[at] = value;
            receiver.Take(damaged.AsMemory(0, length), out _);
        }, iter: 20_000);
    }

    [Fact]
    public void Spans_and_traces_are_bounded()
    {
        var options = new TraceOptions { Traces = 3, SpansPerTrace = 2, SpansPerBatch = 4 };
        var store = new SpanStore(options);
        var receiver = new SpanIntake(store, options);
        Assert.Null(receiver.Take(Batch(Id(0), 6), out var refused));
        Assert.Equal(4, refused);
        Assert.Equal(2, store.Of(Id(0)).Count);

        Assert.Null(receiver.Take(Batch(Id(0), 2), out refused));
        Assert.Equal((0, 2), (refused, store.Of(Id(0)).Count));

        for (var i = 1; i <= 3; i++) receiver.Take(Batch(Id(i), 1), out _);
        Assert.False(store.Has(Id(0)));
        Assert.True(store.Has(Id(3)));
    }

    [Fact]
    public async Task A_batch_may_be_compressed()
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.PostAsync(Gzip(Batch(TestRoad.TraceId, 1)), "application/x-protobuf", "gzip");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/x-protobuf", answer.Content.Headers.ContentType!.MediaType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.True(api.Spans.Has(TestRoad.TraceId));
    }

    [Fact]
    public async Task Refused_spans_are_counted_in_the_answer()
    {
        await using var api = await TestApi.StartAsync(new TraceOptions { SpansPerTrace = 1 });
        using var answer = await api.PostAsync(Batch(TestRoad.TraceId, 200), "application/x-protobuf");

        // partial_success (1) { rejected_spans (1): 199 }
        Assert.Equal([0x0a, 0x03, 0x08, 0xc7, 0x01], await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("text/plain", null, 415, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")]
    [InlineData("application/x-protobuf", "br", 415, "gzip or plain")]
    [InlineData("application/x-protobuf", "gzip", 400, "isn't")]
    [InlineData("application/x-protobuf", null, 400, "no ExportTraceServiceRequest")]
    public async Task What_is_no_batch_is_refused_with_the_reason(string type, string? encoding, int status, string why)
    {
        await using var api = await TestApi.StartAsync();
        using var answer = await api.PostAsync([0xff, 0xff], type, encoding);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(why, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_that_is_too_large_is_refused(bool compressed)
    {
        await using var api = await TestApi.StartAsync(new TraceOptions { SpanBatchBytes = 1_000 });
        var body = new byte[100_000];
        using var answer = await api.PostAsync(compressed ? Gzip(body) : body, "application/x-protobuf", compressed ? "gzip" : null);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private static string Id(int number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture).Replace("00000000000000000000000000000000", new string('f', 32), StringComparison.Ordinal);

    private static byte[] Batch(string traceId, int spans)
    {
        var all = new List<byte>();
        for (var i = 1; i <= spans; i++)
        {
            all.AddRange(Field(2,
            [
                .. Field(1, Convert.FromHexString(traceId)), .. Field(2, BitConverter.GetBytes((long)i)), .. Field(5, Encoding.UTF8.GetBytes($"span {i}")),
                .. Field(9, [.. Field(1, "db.operation"u8), .. Field(2, Field(5, Field(1, Field(1, "x"u8))))]),
            ]));
        }

        return Field(1, Field(2, all.ToArray()));
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> bytes)
    {
        var field = new List<byte> { (byte)((number << 3) | 2) };
        for (var rest = (uint)bytes.Length; ; rest >>= 7)
        {
            field.Add((byte)(rest > 0x7f ? rest | 0x80 : rest));
            if (rest <= 0x7f) break;
        }

        return [.. field, .. bytes];
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.Fastest)) zip.Write(bytes);
        return output.ToArray();
    }
}
