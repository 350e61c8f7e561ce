using System.Net;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>What a client's report waits for, and what it is told when something is missing.</summary>
public sealed class JourneyBookTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_report_waits_for_the_load_balancers_record()
    {
        var road = new TestRoad();
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null }, default);
        Assert.False(telling.IsCompleted);
        var record = road.LoadBalancer();
        record.Upstream = null;
        road.Log.Add(record);
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.Equal(TestRoad.JourneyId, journey!.Id);
    }

    [Fact]
    public async Task A_report_without_a_record_is_told_why()
    {
        var road = new TestRoad();
        var telling = road.Book.TellAsync(TestRoad.Report(), default);
        road.Time.Advance(TimeSpan.FromSeconds(2));
        var (journey, reason) = await telling.WaitAsync(Limit);
        Assert.Null(journey);
        Assert.Contains("127.0.0.1:40112 → 127.18.0.1:8443", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_can_be_given_up()
    {
        var road = new TestRoad();
        using var stop = new CancellationTokenSource();
        var telling = road.Book.TellAsync(TestRoad.Report(), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => telling.WaitAsync(Limit));
    }

    [Fact]
    public async Task Requests_of_one_connection_are_told_apart_by_their_number()
    {
        var road = new TestRoad();
        foreach (var nth in new[] { 1, 2, 3 })
        {
            var record = road.LoadBalancer(nth);
            record.JourneyId = $"1-{nth}";
            record.Upstream = null;
            road.Log.Add(record);
        }

        var (journey, _) = await road.Book.TellAsync(TestRoad.Report() with { Dns = null, RequestOnConnection = 2 }, default).WaitAsync(Limit);
        Assert.Equal("1-2", journey!.Id);
    }

    [Fact]
    public async Task A_request_of_an_earlier_connection_on_the_same_port_is_not_taken()
    {
        var road = new TestRoad();
        var earlier = road.LoadBalancer();
        earlier.EndedAt = TestRoad.At(-5);
        road.Log.Add(earlier);
        var telling = road.Book.TellAsync(TestRoad.Report(), default);
        road.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null((await telling.WaitAsync(Limit)).Journey);
    }

    [Fact]
    public async Task The_ingress_may_end_after_the_load_balancer()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), null, road.AtNode(), null);
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null }, default);
        Assert.False(telling.IsCompleted);
        road.Log.Add(road.Ingress());
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.Contains(journey!.Hops, h => h.Hop == Hop.Ingress);
    }

    [Theory]
    [InlineData("ingress.499.client-closed", "load-balancer.408.client-timeout")]
    [InlineData("ingress.502.closed-mid-body", "ingress.502.closed-mid-body")]
    public void Why_the_ingresss_client_went_is_the_load_balancers_to_tell(string noticed, string outcome)
    {
        var road = new TestRoad();
        var (first, ingress) = (road.LoadBalancer(), road.Ingress());
        (ingress.Outcome, first.Outcome, first.DownstreamFate) = (noticed, "load-balancer.408.client-timeout", "cut");
        road.AddAll(first, ingress, road.AtNode(), road.AtVirtualIP());
        Assert.Equal(outcome, road.Book.Find(TestRoad.JourneyId)!.Outcome);
    }

    [Fact]
    public async Task Behind_a_load_balancer_without_an_ingress_nobody_waits_long()
    {
        var road = new TestRoad();
        var record = road.LoadBalancer();
        record.Upstream = new ConnectionId(TestRoad.ToNode.From, TestRoad.ToPod.To);
        road.Log.Add(record);
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null }, default);
        road.Time.Advance(TimeSpan.FromMilliseconds(100));
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.Equal("shop/users-5c-k2x", journey!.Hops.Single(h => h.Hop == Hop.Pod).Name);
        Assert.Equal("load-balancer", journey.Hops.Single(h => h.Hop == Hop.Pod).Facts["measuredBy"]!.ToString());
    }

    [Fact]
    public async Task Expected_spans_are_waited_for_until_the_server_span_is_there()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null, ExpectSpans = true }, default);
        road.Spans.Add([TestRoad.ApplicationSpans()[0]]);
        Assert.False(telling.IsCompleted);
        road.Spans.Add([TestRoad.ApplicationSpans()[1]]);
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.Equal(["users: GET /v1/users", "users: sqlite SELECT id, name FROM users ORDER BY id LIMIT 100 OFFSET 0 -…"],
            journey!.Hops.Where(h => h.Hop == Hop.Application).Select(h => h.Name));
    }

    [Fact]
    public async Task Spans_that_never_come_hold_nobody_beyond_the_limit()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null, ExpectSpans = true }, default);
        road.Time.Advance(TimeSpan.FromSeconds(2));
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.DoesNotContain(journey!.Hops, h => h.Hop == Hop.Application);
    }

    [Fact]
    public async Task A_host_that_has_brought_spans_is_expected_to_again()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        road.Spans.Add(TestRoad.ApplicationSpans());
        var (second, ingress) = (road.LoadBalancer(nth: 2, nthUpstream: 2), road.Ingress(nthUpstream: 2));
        (second.JourneyId, second.TraceId, ingress.JourneyId, ingress.TraceId) = ("1-2", new string('b', 32), "1-2", new string('b', 32));
        road.Log.Add(ingress);
        road.Log.Add(second);
        var telling = road.Book.TellAsync(TestRoad.Report() with { Dns = null, RequestOnConnection = 2 }, default);
        Assert.False(telling.IsCompleted);
        road.Spans.Add([TestRoad.ApplicationSpans()[1] with { TraceId = new string('b', 32) }]);
        var (journey, _) = await telling.WaitAsync(Limit);
        Assert.Single(journey!.Hops, h => h.Hop == Hop.Application);
    }

    [Fact]
    public void Spans_of_another_request_of_the_same_trace_are_left_out()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        road.Spans.Add([.. TestRoad.ApplicationSpans(), TestRoad.Span("00000000000000c1", null, "GET /later", Otlp.SpanKind.Server, 900, 901)]);
        Assert.DoesNotContain(road.Book.Find(TestRoad.JourneyId)!.Hops, h => h.Name.Contains("later", StringComparison.Ordinal));
    }

    [Fact]
    public void Spans_that_claim_to_descend_from_each_other_are_left_out()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        road.Spans.Add(
        [
            TestRoad.Span("00000000000000a1", null, "GET /", Otlp.SpanKind.Server, 7, 10),
            TestRoad.Span("00000000000000b1", "00000000000000b1", "self", Otlp.SpanKind.Internal, 8, 9),
            TestRoad.Span("00000000000000c1", "00000000000000c2", "one", Otlp.SpanKind.Internal, 8, 9),
            TestRoad.Span("00000000000000c2", "00000000000000c1", "two", Otlp.SpanKind.Internal, 8, 9),
        ]);
        Assert.Equal(["users: GET /"], road.Book.Find(TestRoad.JourneyId)!.Hops.Where(h => h.Hop == Hop.Application).Select(h => h.Name));
    }

    [Fact]
    public async Task The_report_stays_with_the_journey()
    {
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        await road.Book.TellAsync(TestRoad.Report() with { Dns = null, Visit = "visit-1" }, default).WaitAsync(Limit);
        Assert.Equal("https://api.example.com:8443/v1/users", road.Book.Find(TestRoad.JourneyId)!.Url);
        Assert.Single(road.Book.Recent(new JourneyFilter { Visit = "visit-1" }));
        Assert.Empty(road.Book.Recent(new JourneyFilter { Visit = "visit-2" }));
    }

    [Fact]
    public void Failed_journeys_can_be_asked_for()
    {
        var road = new TestRoad();
        var good = road.LoadBalancer();
        (good.JourneyId, good.Upstream) = ("1-good", null);
        var bad = road.LoadBalancer();
        (bad.JourneyId, bad.Upstream, bad.Status, bad.UpstreamStatus) = ("1-bad", null, 404, 404);
        road.Log.Add(good);
        road.Log.Add(bad);
        Assert.Equal(["1-bad", "1-good"], road.Book.Recent().Select(j => j.Id));
        Assert.Equal(["1-bad"], road.Book.Recent(new JourneyFilter { Failed = true }).Select(j => j.Id));
        Assert.Equal(["1-bad"], road.Book.Recent(limit: 1).Select(j => j.Id));
    }

    [Fact]
    public void An_ingress_on_another_connection_is_not_taken_for_this_request()
    {
        var road = new TestRoad();
        var stray = road.Ingress();
        var other = new RequestRecord
        {
            Hop = Hop.Ingress, Generation = road.Generation, RequestOnConnection = 1, StartedAt = stray.StartedAt, StartedOn = stray.StartedOn,
            Protocol = "HTTP/1.1", Method = "GET", Target = "/", Host = "x", JourneyId = TestRoad.JourneyId,
            Downstream = new ConnectionId(IPEndPoint.Parse("127.0.0.1:9"), TestRoad.ToIngress.To),
        };
        road.AddAll(road.LoadBalancer(), other, road.AtNode(), null);
        Assert.DoesNotContain(road.Book.Find(TestRoad.JourneyId)!.Hops, h => h.Hop == Hop.Ingress);
    }

    [Fact]
    public void Another_generation_behind_is_said_so()
    {
        var road = new TestRoad();
        var newer = new Usher.Model.Road.Generation(13, Usher.Model.Desired.DesiredState.Empty, Usher.Model.Road.AddressPlan.Empty, []);
        var relay = new ConnectionRecord
        {
            Generation = newer, Downstream = TestRoad.ToNode, AcceptedAt = TestRoad.At(5.5), Decision = road.AtNode().Decision,
            Upstream = TestRoad.ToIngress, ConnectedAt = TestRoad.At(5.9),
        };
        road.AddAll(road.LoadBalancer(), null, relay, null);
        var journey = road.Book.Find(TestRoad.JourneyId)!;
        Assert.Equal(12, journey.Generation);
        Assert.Equal(13, journey.Hops.Single(h => h.Hop == Hop.Node).Facts["generation"]!.GetValue<long>());
    }
}
