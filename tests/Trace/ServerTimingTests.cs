using System.Text.RegularExpressions;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Timing;

namespace Usher.Trace.Tests;

/// <summary>The times of the hops in an answer, of records as they are when its head leaves.</summary>
public sealed partial class ServerTimingTests
{
    [Fact]
    public void Every_hop_that_is_known_is_told()
    {
        var road = new TestRoad();

        var header = Told(road, road.LoadBalancer(), road.Ingress());

        Assert.Equal(
            """
            lb;desc="shop-edge, rule 10";dur=6.1, node;desc="ip-10-0-1-10.ec2.internal";dur=5.7, ingress;desc="ingress-nginx/ingress-nginx-controller-7d";dur=4.6, service;desc="shop/users";dur=0.15, pod;desc="shop/users-5c-k2x";dur=4.05
            """.Trim(),
            header);
    }

    [Fact]
    public void On_reused_connections_no_endpoint_is_chosen_and_the_request_itself_counts()
    {
        var road = new TestRoad();

        var header = Told(road, road.LoadBalancer(nth: 2, nthUpstream: 2), road.Ingress(nthUpstream: 2));

        Assert.Equal(["lb 6.1", "node 5.5", "ingress 4.6", "pod 4"], Metrics(header));
    }

    [Fact]
    public void A_time_that_isnt_known_yet_is_left_out()
    {
        var road = new TestRoad();
        var (first, ingress) = (road.LoadBalancer(nth: 2, nthUpstream: 2), road.Ingress(nthUpstream: 2));
        // The answer came before the request was sent completely.
        first.RequestSentAt = ingress.RequestSentAt = 0;

        Assert.Equal(["lb 6.1", "ingress 4.6"], Metrics(Told(road, first, ingress)));
    }

    [Fact]
    public void An_ingress_that_answers_itself_is_the_last()
    {
        var road = new TestRoad();
        var ingress = road.Ingress();
        (ingress.AnsweredHere, ingress.Upstream) = (true, null);

        Assert.Equal(["lb 6.1", "node 5.7", "ingress 4.6"], Metrics(Told(road, road.LoadBalancer(), ingress)));
    }

    [Fact]
    public void What_stands_behind_an_ingress_that_isnt_known_is_not_guessed()
    {
        var road = new TestRoad();

        Assert.Equal(["lb 6.1", "node 5.7"], Metrics(Told(road, road.LoadBalancer(), null)));
    }

    [Fact]
    public void A_load_balancer_that_answers_itself_is_alone()
    {
        var road = new TestRoad();
        var first = road.LoadBalancer();
        (first.AnsweredHere, first.Upstream) = (true, null);

        Assert.Equal(["lb 6.1"], Metrics(Told(road, first, null)));
    }

    [Fact]
    public void Answers_that_no_load_balancer_asks_for_are_bounded()
    {
        var road = new TestRoad();
        var timings = Timings(road);
        for (var i = 0; i < ServerTimings.Capacity + 100; i++)
        {
            var stray = road.Ingress();
            stray.JourneyId = $"1-{i:x8}-000000000000000000000000";
            Assert.Null(timings.HeadLeaves(stray));
        }

        Assert.Equal(ServerTimings.Capacity, timings.Returning);
    }

    [Fact]
    public void A_description_is_a_quoted_string_whatever_it_says()
    {
        var text = new ServerTimingText();
        text.Add("lb", "a \"b\" \\ → é\r\nSet-Cookie: x", 1.23456);
        text.Add("none", "", null);
        text.Add("plain", "", 0);
        Assert.Equal("lb;desc=\"a b   Set-Cookie: x\";dur=1.235, plain;dur=0", text.ToString());
    }

    private static string Told(TestRoad road, RequestRecord first, RequestRecord? ingress)
    {
        road.Log.Add(road.AtNode());
        road.Log.Add(road.AtVirtualIP());
        var timings = Timings(road);
        // At that moment neither has ended.
        first.EndedAt = 0;
        if (ingress is not null)
        {
            ingress.EndedAt = 0;
            Assert.Null(timings.HeadLeaves(ingress));
        }

        var told = timings.HeadLeaves(first)!;
        Assert.Equal(0, timings.Returning);
        return told;
    }

    private static ServerTimings Timings(TestRoad road) => new(road.Log, new Lazy<IPodAccounts?>(road.Pods), road.Time);

    private static string[] Metrics(string header) =>
        [.. Metric().Matches(header).Select(m => $"{m.Groups["name"].Value} {m.Groups["dur"].Value}")];

    [GeneratedRegex("(?<name>[a-z]+);desc=\"[^\"]*\";dur=(?<dur>[0-9.]+)")]
    private static partial Regex Metric();
}
