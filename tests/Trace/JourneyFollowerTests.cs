using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

public sealed class JourneyFollowerTests
{
    [Fact]
    public async Task Tells_what_ends_from_now_on_with_its_later_hops()
    {
        var road = new TestRoad();
        road.Log.Add(road.LoadBalancer());

        var ended = await NextAsync(road, JourneyFilter.All, () => road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP()));
        Assert.Equal(["load-balancer", "ingress"], Assert.Single(ended.Journeys).Hops.Select(h => h.Hop.Name()).Where(n => n is "load-balancer" or "ingress"));
        Assert.Equal(0, ended.Skipped);
    }

    [Fact]
    public async Task Of_more_than_anybody_reads_the_newest_are_told_and_the_others_counted()
    {
        var road = new TestRoad();
        var ended = await NextAsync(road, JourneyFilter.All, () => Add(road, JourneyFollower.Together + 5));
        Assert.Equal((JourneyFollower.Together, 5), (ended.Journeys.Count, ended.Skipped));
    }

    [Fact]
    public async Task What_gave_way_before_it_was_told_counts_too()
    {
        var road = new TestRoad(new TraceOptions { Journeys = 10 });
        var ended = await NextAsync(road, JourneyFilter.All, () => Add(road, 25));
        Assert.Equal((10, 15), (ended.Journeys.Count, ended.Skipped));
    }

    [Fact]
    public async Task One_that_failed_is_told_though_it_gave_way()
    {
        var road = new TestRoad(new TraceOptions { Journeys = 10 });
        var ended = await NextAsync(road, new JourneyFilter { Failed = true }, () =>
        {
            var failed = road.LoadBalancer();
            (failed.JourneyId, failed.Status) = ("1-failed", 503);
            road.Log.Add(failed);
            Add(road, 25);
        });
        Assert.Equal("1-failed", Assert.Single(ended.Journeys).Id);
    }

    [Fact]
    public async Task What_is_not_wanted_is_neither_told_nor_counted()
    {
        var road = new TestRoad();
        var ended = await NextAsync(road, new JourneyFilter { Statuses = [new StatusRange(500, 599)] }, () =>
        {
            Add(road, 100);
            var failed = road.LoadBalancer();
            failed.Status = 500;
            road.Log.Add(failed);
        });
        Assert.Equal((500, 0), (Assert.Single(ended.Journeys).Status, ended.Skipped));
    }

    [Fact]
    public async Task A_handshake_that_failed_is_told()
    {
        var road = new TestRoad();
        var ended = await NextAsync(road, new JourneyFilter { Failed = true }, () =>
        {
            Add(road, 1);
            var handshake = TestRoad.Handshake();
            road.Log.Add(new HandshakeRecord { Connection = handshake.Connection, AcceptedAt = handshake.AcceptedAt, FailedAt = TestRoad.At(3), Failure = "no", Outcome = "tls.failed" });
        });
        Assert.Equal("tls.failed", Assert.Single(ended.Journeys).Outcome);
    }

    private static void Add(TestRoad road, int count)
    {
        for (var i = 0; i < count; i++) road.Log.Add(road.LoadBalancer());
    }

    /// <summary>What is told of what happened after somebody began to watch.</summary>
    private static async Task<EndedJourneys> NextAsync(TestRoad road, JourneyFilter filter, Action happen)
    {
        await using var told = new JourneyFollower(road.Log, road.Book, road.Time).FollowAsync(filter, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        // Begun, so that the clock's timer is there before the clock goes on.
        var next = told.MoveNextAsync().AsTask();
        happen();
        road.Time.Advance(JourneyFollower.Interval);
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        return told.Current;
    }
}
