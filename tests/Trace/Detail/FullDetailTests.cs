using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests.Detail;

public sealed class FullDetailTests
{
    // Of a busy road one a second.
    private static TraceOptions Options { get; } = new() { FullDetailRate = 20, FullDetailBurst = 5, FeedInterval = TimeSpan.Zero };

    private readonly TestRoad road = new(Options);
    private int ids;

    [Fact]
    public void A_busy_road_keeps_as_many_as_it_may_and_counts_the_others()
    {
        for (var i = 0; i < 100; i++) End(at: 0);
        Assert.Equal(5 + 1, road.Log.NewestFirst().Count());
        // Of the seven that were counted five are done with by then, so that three more may come; of the sample a quarter of one has.
        for (var i = 0; i < 100; i++) End(at: 250);

        Assert.Equal(6 + 3, road.Log.NewestFirst().Count());
        Assert.Equal(((200L, 9L), 191), (road.Log.Kept, road.Log.PassedOver));
        Assert.Equal(200, road.Log.Meters.Read().Hops.Single(h => h.Counts == "requests" && h.Hop == "load-balancer").Meter.Count);
        Assert.Equal(200, road.Log.Generations.Of(road.Generation.Number).Requests);
    }

    [Theory]
    [InlineData(503, 6, "curl/8", true)] // failed
    [InlineData(0, 6, "curl/8", true)] // had no answer
    [InlineData(200, 1_000, "curl/8", true)] // slow
    [InlineData(200, 6, "usher/1.0.0", true)] // usher trace
    [InlineData(200, 6, "Mozilla/5.0 UsherVisit/1234", true)] // usher trace --browser
    [InlineData(200, 999, "curl/8", false)]
    [InlineData(200, 6, null, false)]
    public void What_somebody_will_look_for_is_kept_besides(int status, double took, string? agent, bool kept)
    {
        for (var i = 0; i < 100; i++) End(at: 0);
        var looked = End(at: 0, status, took, agent);

        Assert.Equal(kept, road.Log.Find(looked) is not null);
    }

    [Fact]
    public void Of_what_somebody_will_look_for_no_more_is_kept_than_of_the_rest()
    {
        for (var i = 0; i < 100; i++) End(at: 0, status: 503);
        Assert.Equal(5, road.Log.NewestFirst().Count());
        // And it takes nothing from the rest.
        for (var i = 0; i < 100; i++) End(at: 0);
        Assert.Equal(11, road.Log.NewestFirst().Count());
    }

    [Fact]
    public void Who_needs_each_request_of_a_load_balancer_has_it()
    {
        var log = new JourneyLog(Options, road.Time, [new Needing(8443)]);
        for (var i = 0; i < 100; i++) log.Add(Record(0, 200, 6, null, 8443));
        for (var i = 0; i < 100; i++) log.Add(Record(0, 200, 6, null, 8444));
        Assert.Equal(100, log.NewestFirst().Count());
    }

    [Fact]
    public void Of_one_that_is_not_kept_its_line_is_known()
    {
        for (var i = 0; i < 100; i++) End(at: 0);
        var id = End(at: 0, took: 6.25);

        var told = road.Book.InBrief(id);
        Assert.StartsWith($"journey {id} isn't kept in full, only that it was GET /v1/users, answered 200 in 6.25 ms, 2026-11-23 14:00:01.993Z", told, StringComparison.Ordinal);
        Assert.Equal(told, road.Book.InBrief(id[^8..]));
        Assert.Null(road.Book.InBrief(id[^3..]));
        Assert.Null(road.Book.InBrief("1-00000000-ffffffffffffffffffffffff"));
        Assert.Null(road.Book.Find(id));
    }

    [Fact]
    public async Task The_api_says_that_one_is_not_kept_in_full()
    {
        await using var api = await TestApi.StartAsync(new TraceOptions { FullDetailBurst = 1, FullDetailRate = 1 }, add: services => services.AddSingleton<TimeProvider>(road.Time));
        for (var i = 0; i < 100; i++) api.Log.Add(Record(0, 200, 6, null));
        var id = $"1-67891233-{ids:x24}";

        using var answer = await api.Client.GetAsync(new Uri($"/api/journeys/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains($"journey {id} isn't kept in full", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_follower_is_told_how_many_it_is_not_told_of()
    {
        await using var feed = road.Log.FollowAsync(CancellationToken.None).GetAsyncEnumerator();
        for (var i = 0; i < 100; i++) End(at: 0);
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal((6, 0, 94), (feed.Current.Requests.Count, feed.Current.Missed, feed.Current.PassedOver));
        End(at: 0);
        End(at: 500);
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal((1, 0, 1), (feed.Current.Requests.Count, feed.Current.Missed, feed.Current.PassedOver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_ingress_recorded_is_kept_with_its_journey_whichever_came_first(bool ingressFirst)
    {
        for (var i = 0; i < 100; i++) AddBoth(Record(0, 200, 6, null), ingressFirst);
        var last = Record(500, 200, 6, null);
        AddBoth(last, ingressFirst);

        Assert.NotNull(road.Log.Find(last.JourneyId!));
        Assert.All(road.Log.NewestFirst(), first => Assert.Single(road.Log.BehindLoadBalancer(first)));
        Assert.Equal(7, road.Log.NewestFirst().Count());
    }

    [Fact]
    public void What_the_ingress_recorded_is_kept_with_its_journey_when_both_come_at_once()
    {
        for (var i = 0; i < 100; i++) End(at: 0);
        // One that failed at the load balancer alone: the ingress's doesn't know.
        for (var i = 0; i < 2_000; i++)
        {
            var first = Record(i * 100, 504, 6, null);
            Parallel.Invoke(() => road.Log.Add(first), () => road.Log.Add(Behind(first)));
            Assert.Equal(first.JourneyId, Assert.Single(road.Log.BehindLoadBalancer(first)).JourneyId);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_request_of_the_same_trace_that_is_not_kept_takes_nothing_from_another(bool ingressFirst)
    {
        for (var i = 0; i < 100; i++) End(at: 0);
        // One that the application sent on its way, through the same load balancer.
        var (outer, inner) = (Record(0, 504, 6, null), Record(0, 200, 6, null));
        inner.JourneyId = outer.JourneyId;
        AddBoth(inner, ingressFirst);
        AddBoth(outer, ingressFirst: true);

        Assert.Equal(outer, Assert.Single(road.Log.NewestFirst(), r => r.JourneyId == outer.JourneyId));
        Assert.Single(road.Log.BehindLoadBalancer(outer));
    }

    private void AddBoth(RequestRecord first, bool ingressFirst)
    {
        if (ingressFirst) road.Log.Add(Behind(first));
        road.Log.Add(first);
        if (!ingressFirst) road.Log.Add(Behind(first));
    }

    /// <summary>The ingress's record of a request that ended well there, as fast as the load balancer's.</summary>
    private RequestRecord Behind(RequestRecord first) => new()
    {
        Hop = Hop.Ingress, Generation = road.Generation, Downstream = TestRoad.ToIngress, RequestOnConnection = 1, StartedAt = first.StartedAt, StartedOn = first.StartedOn, Protocol = first.Protocol, Method = first.Method,
        Target = first.Target, Host = first.Host, UserAgent = first.UserAgent, JourneyId = first.JourneyId, EndedAt = first.EndedAt, Status = 200, UpstreamStatus = 200,
    };

    private string End(double at, int status = 200, double took = 6.4, string? agent = "curl/8")
    {
        var record = Record(at, status, took, agent);
        road.Log.Add(record);
        return record.JourneyId!;
    }

    private RequestRecord Record(double at, int status, double took, string? agent, int port = 8443)
    {
        var id = Interlocked.Increment(ref ids);
        return new()
        {
            Hop = Hop.LoadBalancer, Generation = road.Generation, Downstream = TestRoad.Between("127.0.0.1:40112", $"127.18.0.1:{port}"), RequestOnConnection = 1,
            StartedAt = TestRoad.At(at + 2_000 - took), StartedOn = TestRoad.Start.AddMilliseconds(at + 2_000 - took), Protocol = "HTTP/1.1", Method = "GET", Target = "/v1/users", Host = "api.example.com", UserAgent = agent,
            JourneyId = $"1-67891233-{id:x24}", EndedAt = TestRoad.At(at + 2_000), Status = status, UpstreamStatus = status,
        };
    }

    private sealed class Needing(int port) : IEveryRequest
    {
        public bool Wants(RequestRecord first) => first.Downstream.To.Port == port;
    }
}
