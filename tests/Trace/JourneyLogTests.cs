using Microsoft.Extensions.Time.Testing;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

public sealed class JourneyLogTests
{
    private static TraceOptions Small { get; } = new() { Journeys = 8, DnsRecords = 4, Connections = 6, FeedInterval = TimeSpan.Zero };

    [Fact]
    public void The_newest_journeys_are_kept_and_the_oldest_give_way()
    {
        var road = new TestRoad(Small);
        for (var i = 0; i < 20; i++) road.Log.Add(Numbered(road, i));
        Assert.Equal(Enumerable.Range(12, 8).Reverse().Select(i => $"1-{i}"), road.Log.NewestFirst().Select(r => r.JourneyId));
        Assert.Null(road.Log.Find("1-11"));
        Assert.NotNull(road.Log.Find("1-12"));
    }

    [Fact]
    public void Many_writers_lose_nothing_that_fits()
    {
        var road = new TestRoad(new TraceOptions { Journeys = 4_000, Connections = 100 });
        Parallel.For(0, 4_000, i =>
        {
            road.Log.Add(Numbered(road, i));
            road.Log.Add(Relay(road, TestRoad.Between($"127.0.0.1:{1_000 + i}", "127.18.1.1:30080"), 1, closed: i % 2));
        });
        Assert.Equal(4_000, road.Log.NewestFirst().Select(r => r.JourneyId).Distinct().Count());
        Assert.InRange(road.Log.Connections, 1, 100);
    }

    [Fact]
    public void A_request_is_joined_to_the_relay_it_left_on()
    {
        var road = new TestRoad();
        var relay = road.AtNode();
        road.Log.Add(relay);
        var record = road.LoadBalancer();
        road.Log.Add(record);
        Assert.Same(relay, record.Via);
    }

    [Theory]
    [InlineData(20, 0)] // accepted after the request had ended
    [InlineData(1, 3)] // closed before the request began
    public void A_port_used_by_another_connection_is_not_joined(double acceptedAt, double closedAt)
    {
        var road = new TestRoad();
        road.Log.Add(Relay(road, TestRoad.ToNode, TestRoad.At(acceptedAt), closedAt == 0 ? 0 : TestRoad.At(closedAt)));
        var record = road.LoadBalancer();
        road.Log.Add(record);
        Assert.Null(record.Via);
    }

    [Fact]
    public void The_newest_connection_of_a_port_wins()
    {
        var road = new TestRoad();
        road.Log.Add(Relay(road, TestRoad.ToNode, TestRoad.At(1), TestRoad.At(2)));
        var current = Relay(road, TestRoad.ToNode, TestRoad.At(5.5), 0);
        road.Log.Add(current);
        var record = road.LoadBalancer();
        road.Log.Add(record);
        Assert.Same(current, record.Via);
    }

    [Fact]
    public void A_record_keeps_its_relay_when_the_port_is_used_again_later()
    {
        var road = new TestRoad();
        var own = road.AtNode();
        road.Log.Add(own);
        var record = road.LoadBalancer();
        road.Log.Add(record);
        road.Log.Add(Relay(road, TestRoad.ToNode, TestRoad.At(6), 0));
        Assert.Equal("seen", road.Book.Find(TestRoad.JourneyId)!.Hops.Single(h => h.Hop == Hop.Node).Evidence.ToString().ToLowerInvariant());
        Assert.Same(own, record.Via);
    }

    [Fact]
    public void Addresses_of_dual_mode_sockets_are_the_same_connection()
    {
        var road = new TestRoad();
        road.Log.Add(Relay(road, TestRoad.Between("[::ffff:127.18.0.1]:51000", "[::ffff:127.18.1.1]:30080"), TestRoad.At(5.5), 0));
        var record = road.LoadBalancer();
        road.Log.Add(record);
        Assert.NotNull(record.Via);
    }

    [Fact]
    public void Closed_connections_go_some_time_after_they_closed_and_open_ones_stay()
    {
        var road = new TestRoad(new TraceOptions { Connections = 1_000, ClosedConnections = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 100; i++)
        {
            var accepted = road.Time.GetTimestamp();
            var record = Relay(road, TestRoad.Between($"127.0.0.1:{2_000 + i}", "127.18.1.1:30080"), accepted, i < 5 ? 0 : accepted);
            road.Log.Add(record);
            if (record.ClosedAt != 0) road.Log.Closed(record);
        }

        Assert.Equal(100, road.Log.Connections);
        road.Time.Advance(TimeSpan.FromSeconds(31));
        for (var i = 0; i < 100; i++) road.Log.Closed(road.AtNode());
        Assert.Equal(5, road.Log.Connections);
    }

    [Fact]
    public void Open_connections_are_bounded_too()
    {
        var road = new TestRoad(Small);
        for (var i = 0; i < 50; i++) road.Log.Add(Relay(road, TestRoad.Between($"127.0.0.1:{3_000 + i}", "127.18.1.1:30080"), 1, 0));
        Assert.Equal(6, road.Log.Connections);
    }

    [Fact]
    public void A_handshake_is_found_by_its_connection_and_time()
    {
        var road = new TestRoad();
        road.Log.Add(TestRoad.Handshake());
        var record = road.LoadBalancer();
        Assert.NotNull(road.Log.HandshakeOf(record));
        record.Scheme = "http";
        Assert.Null(road.Log.HandshakeOf(record));
    }

    [Fact]
    public void Requests_that_passed_no_load_balancer_are_no_journeys()
    {
        var road = new TestRoad();
        var probe = road.Ingress();
        probe.JourneyId = null;
        road.Log.Add(probe);
        Assert.Empty(road.Book.Recent());
        Assert.False(road.Log.KeepsRecords(TestRoad.ToIngress.To));
    }

    [Fact]
    public async Task A_follower_gets_every_request_that_ends_after_it_began()
    {
        var road = new TestRoad(new TraceOptions { Journeys = 10_000, FeedInterval = TimeSpan.Zero });
        road.Log.Add(Numbered(road, -1));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var feed = road.Log.FollowAsync(stop.Token);
        var reading = Task.Run(async () =>
        {
            var seen = new List<RequestRecord>();
            await foreach (var ended in feed)
            {
                Assert.Equal(0, ended.Missed);
                seen.AddRange(ended.Requests);
                if (seen.Count == 5_000) break;
            }

            return seen;
        }, CancellationToken.None);
        Parallel.For(0, 5_000, i => road.Log.Add(Numbered(road, i)));
        var all = await reading;
        Assert.Equal(5_000, all.Select(r => r.JourneyId).Distinct().Count());
        Assert.DoesNotContain(all, r => r.JourneyId == "1--1");
    }

    [Fact]
    public async Task A_slow_follower_loses_the_oldest_and_is_told_how_many()
    {
        var road = new TestRoad(Small);
        await using var feed = road.Log.FollowAsync(CancellationToken.None).GetAsyncEnumerator();
        for (var i = 0; i < 20; i++) road.Log.Add(Numbered(road, i));
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal(12, feed.Current.Missed);
        Assert.Equal(Enumerable.Range(12, 8).Select(i => $"1-{i}"), feed.Current.Requests.Select(r => r.JourneyId));
        road.Log.Add(Numbered(road, 20));
        Assert.True(await feed.MoveNextAsync());
        Assert.Equal(("1-20", 0), (Assert.Single(feed.Current.Requests).JourneyId, feed.Current.Missed));
    }

    [Fact]
    public async Task A_follower_that_is_stopped_still_gets_what_had_ended()
    {
        var road = new TestRoad(new TraceOptions { Journeys = 10, FeedInterval = TimeSpan.FromMinutes(1) });
        using var stop = new CancellationTokenSource();
        await using var feed = road.Log.FollowAsync(stop.Token).GetAsyncEnumerator();
        var next = feed.MoveNextAsync();
        road.Log.Add(Numbered(road, 1));
        await stop.CancelAsync();
        Assert.True(await next);
        Assert.Equal("1-1", Assert.Single(feed.Current.Requests).JourneyId);
        Assert.False(await feed.MoveNextAsync());
    }

    [Fact]
    public async Task A_wait_ends_when_its_limit_does()
    {
        var time = new FakeTimeProvider();
        var pulse = new Pulse();
        var waiting = pulse.UntilAsync(() => false, TimeSpan.FromSeconds(2), time, CancellationToken.None);
        pulse.Beat();
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await waiting);
    }

    private static RequestRecord Numbered(TestRoad road, int i)
    {
        var record = road.LoadBalancer();
        record.JourneyId = $"1-{i}";
        return record;
    }

    private static ConnectionRecord Relay(TestRoad road, ConnectionId connection, long acceptedAt, long closed) => new()
    {
        Generation = road.Generation, Downstream = connection, AcceptedAt = acceptedAt, ClosedAt = closed,
    };

    [Fact]
    public void A_failed_handshake_is_listed_and_found_by_its_id()
    {
        var road = new TestRoad();
        var failed = TestRoad.Handshake();
        (failed.DoneAt, failed.FailedAt, failed.Version, failed.Cipher) = (0, TestRoad.At(4.9), null, null);
        (failed.Outcome, failed.Failure, failed.Alert, failed.Offered, failed.ServerName) =
            ("tls.client-refused", "the client refused the certificate", "unknown ca", "TLSv1.3, TLSv1.2", "api.example.com");
        road.Log.Add(failed);

        var journey = Assert.Single(road.Book.Recent(new JourneyFilter { Failed = true }));
        Assert.Equal(("-", "https://api.example.com", "tls.client-refused", "the client refused the certificate"), (journey.Method, journey.Url, journey.Outcome, journey.Problem));
        Assert.Equal((null, 2.7), (journey.Status, journey.DurationMs));
        var hop = Assert.Single(journey.Hops);
        Assert.Equal((Evidence.Seen, false), (hop.Evidence, hop.Ok));
        Assert.StartsWith("handshake failed: certificate api.example.com for SNI api.example.com", hop.Decision, StringComparison.Ordinal);
        Assert.Equal(("unknown ca", "TLSv1.3, TLSv1.2", "127.0.0.1:40112"), ((string?)hop.Facts["alert"], (string?)hop.Facts["offered"], (string?)hop.Facts["client"]));
        Assert.Equal(journey.Outcome, road.Book.Find(journey.Id)!.Outcome);

        road.Log.Add(TestRoad.Handshake());
        Assert.Single(road.Book.Recent());
    }

    [Fact]
    public void A_handshake_that_failed_at_the_ingress_is_listed_as_its()
    {
        var road = new TestRoad();
        road.Log.Add(RefusedAtIngress());

        var journey = Assert.Single(road.Book.Recent(new JourneyFilter { Failed = true }));
        Assert.Equal(("https://api.example.com", "ingress.tls.no-shared-version", "they share no TLS version"), (journey.Url, journey.Outcome, journey.Problem));
        var hop = Assert.Single(journey.Hops);
        Assert.Equal((5, Hop.Ingress, "shop/controller", false), (hop.Step, hop.Hop, hop.Name, hop.Ok));
        Assert.Equal("handshake failed: certificate CN=a.com", hop.Decision);
    }

    [Fact]
    public void Where_a_request_waited_for_it_the_requests_journey_tells_of_it()
    {
        var road = new TestRoad();
        road.Log.Add(RefusedAtIngress());
        var first = road.LoadBalancer();
        (first.Status, first.UpstreamStatus, first.AnsweredHere, first.Outcome, first.Problem) = (502, 0, true, "load-balancer.502.tls-handshake", "no TLS handshake with i-0a1");
        first.UpstreamTls = new UpstreamSecurity();
        road.AddAll(first, null, road.AtNode(), null);

        var journey = Assert.Single(road.Book.Recent(new JourneyFilter { Failed = true }));
        Assert.Equal("load-balancer.502.tls-handshake", journey.Outcome);
        Assert.Equal("no TLS handshake with i-0a1. Behind it (seen): they share no TLS version", journey.Problem);
        var hop = Assert.Single(journey.Hops, h => h.Hop == Hop.Ingress);
        Assert.Equal((Evidence.Seen, "ingress.tls.no-shared-version"), (hop.Evidence, (string?)hop.Facts["outcome"]));
        Assert.DoesNotContain(journey.Hops, h => h.Hop == Hop.Pod);
    }

    [Fact]
    public void A_health_check_that_fails_at_the_ingress_again_and_again_is_listed_once_a_minute()
    {
        var road = new TestRoad();
        for (var i = 0; i < 10; i++) road.Log.Add(RefusedAtIngress(from: $"127.18.1.1:{4000 + i}", at: 15_000 * i));
        road.Log.Add(RefusedAtIngress(from: "127.18.1.2:4000", at: 140_000));

        Assert.Equal([(140_000.5, "127.18.1.2"), (120_000.5, "127.18.1.1"), (60_000.5, "127.18.1.1"), (0.5, "127.18.1.1")],
            road.Log.Handshakes.FailedAlone().Select(h => ((double)(h.FailedAt - TestRoad.At(0)) / TimeSpan.TicksPerMillisecond, h.Connection.From.Address.ToString())));
        // The store is for requests and for those who asked.
        long after = 0;
        Assert.Empty(road.Log.Handshakes.Failed.OfClients(ref after, long.MaxValue));
    }

    /// <summary>A handshake on the connection that the relay at the node opened to the ingress.</summary>
    private static HandshakeRecord RefusedAtIngress(string? from = null, double at = 6) => new()
    {
        Hop = Hop.Ingress,
        Connection = from is null ? TestRoad.ToIngress : TestRoad.Between(from, "127.18.64.1:8443"),
        AcceptedAt = TestRoad.At(at),
        FailedAt = TestRoad.At(at + 0.5),
        ServerName = "api.example.com",
        Outcome = "ingress.tls.no-shared-version",
        Failure = "they share no TLS version",
        Decision = new TestDecision(new HopAccount(Hop.Ingress, "shop/controller", "certificate CN=a.com")),
    };

    [Fact]
    public void Of_failed_handshakes_the_newest_are_kept()
    {
        var log = new JourneyLog(new TraceOptions { FailedHandshakes = 3 }, TimeProvider.System, []);
        for (var i = 0; i < 10; i++)
        {
            var failed = TestRoad.Handshake();
            failed.Outcome = $"tls.{i}";
            log.Add(failed);
        }

        Assert.Equal(["tls.9", "tls.8", "tls.7"], log.Handshakes.FailedAlone().Select(h => h.Outcome));
        Assert.Equal(3, log.Handshakes.FailedAlone().Select(h => h.JourneyId).Distinct().Count());
    }
}
