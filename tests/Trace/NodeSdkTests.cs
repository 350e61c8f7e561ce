using System.Text.Json;
using Usher.Trace.Otlp;
using Usher.Tests.Otlp;

namespace Usher.Trace.Tests;

/// <summary>What a Node application's SDK sends, by each of its exporters.</summary>
public sealed class NodeSdkTests(NodeSdk sdk)
{
    [Theory]
    [InlineData("http", false, "")]
    [InlineData("http", false, "gzip")]
    [InlineData("proto", false, "")]
    [InlineData("proto", false, "gzip")]
    [InlineData("grpc", true, "")]
    [InlineData("grpc", true, "gzip")]
    public async Task Its_spans_are_understood(string exporter, bool http2, string compression)
    {
        await using var api = await TestApi.StartAsync(http2: http2);
        var printed = await sdk.SendAsync(exporter, ("OTEL_EXPORTER_OTLP_ENDPOINT", api.Address.ToString()), ("OTEL_EXPORTER_OTLP_COMPRESSION", compression));
        var sent = JsonDocument.Parse(printed).RootElement;

        var spans = api.Spans.Of(sent.GetProperty("traceId").GetString());
        Assert.Equal(2, spans.Count);
        var server = spans.Single(s => s.Kind == SpanKind.Server);
        var call = spans.Single(s => s.Kind == SpanKind.Client);
        Assert.Equal(("node-shop", "GET /v1/users", sent.GetProperty("server").GetString(), null, true, "no such table"), (server.Service, server.Name, server.SpanId, server.ParentId, server.Failed, server.StatusMessage));
        Assert.Equal((sent.GetProperty("call").GetString(), server.SpanId, "sqlite"), (call.SpanId, call.ParentId, call.Text("db.system.name")));
        Assert.Equal("500", server.Text("http.response.status_code"));
        Assert.Equal((1_000_000UL, 3_000_000UL, 7_000_000UL), (call.StartedOn - server.StartedOn, call.EndedOn - server.StartedOn, server.EndedOn - server.StartedOn));

        // Attributes that no journey shows are kept all the same, for a backend.
        var whole = Received.Of(SpanOrigin.Write(spans));
        Assert.Equal(("0.5", "true", "[a, ü]"), (whole.Single(s => s.Id == server.SpanId).Attributes["shop.ratio"], whole.Single(s => s.Id == server.SpanId).Attributes["shop.flag"], whole.Single(s => s.Id == server.SpanId).Attributes["shop.names"]));
        Assert.All(whole, s => Assert.Equal("front", s.Resource["shop.tier"]));
        Assert.Equal("retried", Assert.Single(whole.Single(s => s.Id == call.SpanId).Span.Events).Name);
    }
}
