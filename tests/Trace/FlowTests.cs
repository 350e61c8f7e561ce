using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>Flows of datagrams through a load balancer, which are journeys though nobody reads what they carry.</summary>
public sealed class FlowTests
{
    private static readonly ConnectionId Client = TestRoad.Client with { Udp = true };
    private static readonly ConnectionId ToNode = TestRoad.ToNode with { Udp = true };
    private static readonly ConnectionId ToPod = TestRoad.ToPod with { Udp = true };

    private readonly TestRoad road = new();

    [Fact]
    public void A_flow_is_a_journey_over_the_relays_that_it_passed_with_what_each_carried()
    {
        Open(Balancer(ToNode, new DatagramCounts(2, 1, 60, 300, 0), answeredAt: 9, lastAt: 12));
        Open(Node(new DatagramCounts(2, 1, 60, 300, 0), answeredAt: 8, lastAt: 11));

        var journey = Assert.Single(road.Book.Recent());

        Assert.Equal(("UDP", "udp://127.18.0.1:8443", null, "ok", "pod", 12L), (journey.Method, journey.Url, journey.Status, journey.Outcome, journey.AnsweredBy, journey.Generation));
        Assert.Equal(["load-balancer", "node", "service", "endpoint"], journey.Hops.Select(h => h.Hop.Name()));
        Assert.All(journey.Hops, h => Assert.Equal(Evidence.Seen, h.Evidence));
        Assert.Equal(9.8, journey.DurationMs);
        var facts = journey.Hops[0].Facts;
        Assert.Equal((2L, 1L, 60L, 300L), ((long)facts["datagramsFromClient"]!, (long)facts["datagramsToClient"]!, (long)facts["bytesFromClient"]!, (long)facts["bytesToClient"]!));
        Assert.Equal((6.8, "127.0.0.1:40112", "127.18.0.1:51000"), ((double)facts["firstAnswerMs"]!, facts["client"]!.ToString(), facts["seenFrom"]!.ToString()));
        Assert.Equal(8 - 5.8, (double)journey.Hops[1].Facts["firstAnswerMs"]!, 3);
        Assert.Equal(journey.Id, road.Book.Find(journey.Id)!.Id);
    }

    [Fact]
    public void The_relays_behind_are_told_even_when_they_forgot_the_flow_long_before()
    {
        Open(Balancer(ToNode, new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 9, lastAt: 9));
        var node = Node(new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 8, lastAt: 8);
        Open(node);
        (node.ClosedAt, node.CloseReason) = (TestRoad.At(30_008), "idle for too long");
        road.Time.Advance(TimeSpan.FromSeconds(100));
        for (var i = 0; i < 20; i++) road.Log.Closed(node);

        Assert.Equal("idle for too long", Assert.Single(road.Book.Recent()).Hops[1].Facts["closed"]!.ToString());
    }

    [Fact]
    public void A_target_that_refuses_is_the_outcome()
    {
        var balancer = Balancer(ToNode, new DatagramCounts(1, 0, 30, 0, 0), answeredAt: 0, lastAt: 3);
        Open(balancer);
        (balancer.ClosedAt, balancer.Refused, balancer.CloseReason) = (TestRoad.At(4), true, "10.0.1.10:30443 refused a datagram: nothing listens there (ICMP port unreachable)");
        road.Log.Closed(balancer);

        var journey = Assert.Single(road.Book.Recent(new JourneyFilter { Failed = true }));

        Assert.Equal(("load-balancer.dropped.port-unreachable", null), (journey.Outcome, journey.AnsweredBy));
        Assert.Equal("10.0.1.10:30443 refused a datagram: nothing listens there (ICMP port unreachable), so it was dropped", journey.Problem);
    }

    [Fact]
    public void A_client_that_is_refused_again_and_again_is_listed_once_a_minute()
    {
        for (var i = 0; i < 5; i++)
        {
            var refused = Balancer(ToNode, new DatagramCounts(1, 0, 30, 0, 0), answeredAt: 0, lastAt: 3);
            Open(refused);
            (refused.ClosedAt, refused.Refused, refused.CloseReason) = (TestRoad.At(4 + i), true, "refused");
            road.Log.Closed(refused);
        }

        Assert.Single(road.Book.Recent());
        Open(Balancer(ToNode, new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 9, lastAt: 9));
        Assert.Equal(["ok", "load-balancer.dropped.port-unreachable"], road.Book.Recent().Select(j => j.Outcome).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public void A_client_whose_datagrams_lead_nowhere_is_listed_once_a_minute()
    {
        for (var i = 0; i < 5; i++) Lost(TestRoad.At(i));
        Assert.Equal("load-balancer.dropped.not-reached", Assert.Single(road.Book.Recent()).Outcome);
        Lost(TestRoad.At(61_000));
        Assert.Equal(2, road.Book.Recent().Count);
    }

    [Fact]
    public void Flows_that_come_past_every_load_balancer_are_no_journeys_and_a_TCP_connection_of_the_same_ends_is_another()
    {
        Open(Node(new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 8, lastAt: 8));
        road.Relay(TestRoad.ToPod);
        Assert.Empty(road.Book.Recent());

        Open(Balancer(ToNode, new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 9, lastAt: 9));
        Assert.Equal(["load-balancer"], Assert.Single(road.Book.Recent()).Hops.Select(h => h.Hop.Name()));
    }

    [Fact]
    public void A_visit_of_a_browser_has_none()
    {
        Open(Balancer(ToNode, new DatagramCounts(1, 1, 30, 60, 0), answeredAt: 9, lastAt: 9));
        Assert.Empty(road.Book.Recent(new JourneyFilter { Visit = "v" }));
    }

    private void Open(ConnectionRecord record)
    {
        road.Log.Add(record);
        road.Log.Connected(record);
    }

    private void Lost(long at)
    {
        var record = new ConnectionRecord { Hop = Hop.LoadBalancer, Generation = road.Generation, Downstream = Client, AcceptedAt = at, Decision = road.AtBalancer(null).Decision };
        road.Log.Add(record);
        (record.ClosedAt, record.CloseReason) = (at, "no endpoint to send it to");
        road.Log.Closed(record);
    }

    private ConnectionRecord Balancer(ConnectionId upstream, DatagramCounts counts, double answeredAt, double lastAt) => new()
    {
        Hop = Hop.LoadBalancer, Generation = road.Generation, Downstream = Client, AcceptedAt = TestRoad.At(2.2), ConnectedAt = TestRoad.At(2.4), Upstream = upstream,
        Decision = road.AtBalancer(null).Decision, Flow = Reading(counts, answeredAt, lastAt),
    };

    private ConnectionRecord Node(DatagramCounts counts, double answeredAt, double lastAt) => new()
    {
        Generation = road.Generation, Downstream = ToNode, AcceptedAt = TestRoad.At(5.8), ConnectedAt = TestRoad.At(5.9), Upstream = ToPod,
        Decision = road.AtNode().Decision, Flow = Reading(counts, answeredAt, lastAt),
    };

    private static FlowReading Reading(DatagramCounts counts, double answeredAt, double lastAt) => new(counts, answeredAt == 0 ? 0 : TestRoad.At(answeredAt), TestRoad.At(lastAt));
}
