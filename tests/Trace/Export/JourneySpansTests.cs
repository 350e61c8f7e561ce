using Usher.Model.Journeys;
using Usher.Tests;
using Usher.Tests.Otlp;
using Usher.Trace.Export;
using Usher.Trace.Otlp;

namespace Usher.Trace.Tests.Export;

/// <summary>
/// Journeys as spans. Each folder of <c>tests/Golden/trace</c> whose journey is assembled has a <c>spans.txt</c>: the tree that a backend reads, by Google's parser.
/// </summary>
public sealed class JourneySpansTests
{
    public static TheoryData<string> Assembled => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Assembled))]
    public async Task A_journey_becomes_a_tree_of_spans(string name)
    {
        var journey = await Scenarios.All[name]();
        if (journey.Id.Length != TestRoad.JourneyId.Length || journey.Id != TestRoad.JourneyId) journey = journey with { Id = "1-67891233-000000000000000000000001" };

        Golden.Check(Golden.Folder("trace", name, "spans.txt"), Received.Tree(Received.Of(SpanWriter.Write(JourneySpans.Of(journey)))));
    }

    [Theory]
    [MemberData(nameof(Assembled))]
    public async Task All_spans_are_one_tree_of_what_was_seen_or_measured(string name)
    {
        var journey = await Scenarios.All[name]();
        var spans = Received.Of(SpanWriter.Write(JourneySpans.Of(journey)));

        Assert.NotEmpty(spans);
        Assert.Equal(spans.Count, spans.Select(s => s.Id).Distinct().Count());
        Assert.Single(spans.Select(s => s.TraceId).Distinct());
        var known = spans.Select(s => s.Id).ToHashSet();
        Assert.Single(spans, s => s.ParentId is null || s.ParentIsRemote);
        Assert.All(spans, s => Assert.True(s.ParentId is null || s.ParentIsRemote || known.Contains(s.ParentId), $"{s.Span.Name} has the parent {s.ParentId}, which is no span"));
        Assert.All(spans, s => Assert.InRange(s.Span.EndTimeUnixNano, s.Span.StartTimeUnixNano, ulong.MaxValue));
        Assert.All(spans, s => Assert.Contains(s.Attributes["usher.evidence"], (string[])["seen", "measured"]));
        Assert.All(spans.Where(s => s.Span.Status?.Code == 2), s => Assert.NotEqual("", s.Attributes["error.type"]));
        // The same again, whoever asks.
        Assert.Equal(spans.Select(s => s.Id), Received.Of(SpanWriter.Write(JourneySpans.Of(journey))).Select(s => s.Id));
        Assert.Equal(journey.Hops.Count(h => h.Evidence != Evidence.Inferred && h.Hop != Hop.Application) + (journey.Reported == true ? 1 : 0), spans.Count);
    }

    [Fact]
    public async Task The_call_of_the_pod_has_the_id_that_went_on_in_the_traceparent()
    {
        var spans = JourneySpans.Of(await Scenarios.All["arrived"]());

        var call = Assert.Single(spans, s => s.SpanId == "00f067aa0ba902b7");
        Assert.Equal(SpanKind.Client, call.Kind);
        Assert.Equal("usher/ingress", call.Resource.Attributes[0].Value);
        // Which is the parent that the application's server span names.
        Assert.Contains(TestRoad.ApplicationSpans(), s => s.ParentId == call.SpanId && s.Kind == SpanKind.Server);
        var path = new List<string>();
        for (var at = call; at is not null; at = spans.FirstOrDefault(s => s.SpanId == at.ParentId)) path.Insert(0, (string)at.Resource.Attributes[0].Value);
        Assert.Equal(["usher/client", "usher/load-balancer", "usher/node", "usher/ingress", "usher/ingress"], path);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Below_the_clients_own_span_there_is_the_whole_tree(bool reported)
    {
        var journey = await Scenarios.All["arrived"]() with { ParentSpanId = "b7ad6b7169203331", TraceState = "vendor=1", Reported = reported };
        var spans = Received.Of(SpanWriter.Write(JourneySpans.Of(reported ? journey : journey with { Hops = [.. journey.Hops.Where(h => h.Hop != Hop.Dns)] })));

        var root = Assert.Single(spans, s => s.ParentIsRemote);
        Assert.Equal(("b7ad6b7169203331", reported ? "usher/client" : "usher/load-balancer"), (root.ParentId, root.Service));
        Assert.All(spans, s => Assert.Equal(("vendor=1", 1u), (s.Span.TraceState, s.Span.Flags & 0xff)));
    }

    [Fact]
    public async Task A_trace_that_its_caller_does_not_record_has_no_spans() => Assert.Empty(JourneySpans.Of(await Scenarios.All["arrived"]() with { Sampled = false }));

    [Theory]
    [InlineData("GET", "GET", null)]
    [InlineData("BREW", "_OTHER", "BREW")]
    public async Task A_method_that_nobody_knows_is_one_of_the_others(string method, string told, string? original)
    {
        var spans = Received.Of(SpanWriter.Write(JourneySpans.Of(await Scenarios.All["arrived"]() with { Method = method })));
        var server = spans.First(s => s.Kind == "server");
        Assert.Equal((told, original), (server.Attributes["http.request.method"], server.Attributes.GetValueOrDefault("http.request.method_original")));
        Assert.Equal(original is null ? "GET" : "HTTP", server.Span.Name);
    }

    [Fact]
    public async Task What_is_secret_in_a_URL_is_not_sent_on()
    {
        var journey = await Scenarios.All["arrived"]() with { Url = "https://ada:secret@api.example.com/v1/users?a=1&sig=secret&X-Goog-Signature=secret" };
        var spans = Received.Of(SpanWriter.Write(JourneySpans.Of(journey)));

        Assert.DoesNotContain("secret", string.Join('\n', spans.SelectMany(s => s.Attributes).Where(a => a.Key.StartsWith("url.", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Equal("https://REDACTED:REDACTED@api.example.com/v1/users?a=1&sig=REDACTED&X-Goog-Signature=REDACTED", spans.First(s => s.Service == "usher/client").Attributes["url.full"]);
    }
}
