using System.Text.Json.Nodes;
using Usher.Dashboard.Waterfalls;
using Usher.Model.Journeys;

namespace Usher.Dashboard.Tests;

public sealed class WaterfallTests
{
    public static TheoryData<string> Cases => Journeys.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_hop_has_a_line_and_no_bar_leaves_the_picture(string name)
    {
        var journey = Journeys.Of(name);

        var picture = Waterfall.Of(journey);

        Assert.Equal(journey.Hops.Count, picture.Rows.Count(r => r.Hop is not null));
        Assert.All(picture.Rows.Where(r => r.StartMs is not null), row =>
        {
            Assert.InRange(row.StartMs!.Value, 0, picture.TotalMs);
            Assert.InRange(row.EndMs!.Value, row.StartMs.Value, picture.TotalMs);
            Assert.InRange(row.WorkedUntilMs!.Value, row.StartMs.Value, row.EndMs.Value);
        });
        Assert.Equal(journey.Outcome == "ok", picture.Stopped is null);
    }

    [Fact]
    public void A_hop_works_until_the_next_has_the_request_and_waits_from_there()
    {
        var picture = Waterfall.Of(Journeys.Of("encrypted-again"));

        var balancer = picture.Rows.Single(r => r.Label == "load-balancer");
        Assert.Equal((2.9, 3.3), (balancer.StartMs, balancer.WorkedUntilMs));
        Assert.Equal(9.3, balancer.EndMs!.Value, 3);
    }

    [Fact]
    public void The_way_back_goes_from_the_pods_side_to_the_client()
    {
        var journey = Journeys.Of("encrypted-again");
        var passed = ((JsonArray)journey.Hops.Single(h => h.Hop == Hop.Response).Facts["hops"]!).Select(h => $"← {h!["hop"]}");

        Assert.Equal([.. passed, "← client"], Waterfall.Of(journey).Rows.Where(r => r.IsBack).Select(r => r.Label));
    }

    [Fact]
    public void An_explanation_has_lines_and_no_time()
    {
        var picture = Waterfall.Of(Journeys.Of("explained"));

        Assert.Equal(0, picture.TotalMs);
        Assert.All(picture.Rows, row => Assert.Equal(("inferred", ""), (row.Known, row.Took)));
    }

    [Fact]
    public void What_kube_proxy_translated_and_what_hops_wrote_are_told_in_the_order_of_the_way()
    {
        var journey = new Journey
        {
            Id = "1", Method = "GET", Url = "https://a/", Outcome = "ok",
            Hops =
            [
                Report(Hop.LoadBalancer, []) with { Request = new RequestReport { Added = new Dictionary<string, string> { ["X-Forwarded-For"] = "10.0.0.1" } }, Response = new ResponseReport { Added = new Dictionary<string, string> { ["Set-Cookie"] = "a" } } },
                Report(Hop.Service, new JsonObject { ["declared"] = "10.0.1.10:30080", ["masqueradedAs"] = "10.0.1.10" }) with { At = "node" },
                Report(Hop.Endpoint, new JsonObject { ["declared"] = "10.0.2.100:80" }) with { At = "node" },
                Report(Hop.Ingress, []) with { Request = new RequestReport { Removed = ["Proxy"] }, Response = new ResponseReport { Rewritten = new Dictionary<string, string> { ["Location"] = "/b" } } },
                // Whose endpoint is another's is no translation.
                Report(Hop.Service, new JsonObject { ["declared"] = "10.100.0.1:80" }) with { At = "clusterIP" },
            ],
        };

        Assert.Equal(
            [
                "out load-balancer added X-Forwarded-For 10.0.0.1", "out service (node) address destination 10.0.1.10:30080 10.0.2.100:80", "out service (node) address source 10.0.1.10",
                "out ingress removed Proxy ", "back ingress rewritten Location /b", "back load-balancer added Set-Cookie a",
            ],
            WayChanges.Of(journey).Select(c => $"{c.Way} {c.Hop} {c.What} {c.Name} {c.Value}"));
    }

    [Fact]
    public void A_visits_requests_share_one_time_and_each_moment_has_one_hop()
    {
        var first = Journeys.Of("encrypted-again");
        var second = first with { Id = "2", StartedAt = first.StartedAt + TimeSpan.FromMilliseconds(4) };

        var picture = VisitPicture.Of([second, first])!;

        Assert.Equal([first.Id, "2"], picture.Requests.Select(r => r.Journey.Id));
        Assert.Equal(4, picture.Requests[1].FromMs, 3);
        Assert.Equal(picture.Requests.Max(r => r.FromMs + r.DurationMs), picture.TotalMs);
        Assert.All(picture.Requests, request => Assert.All(request.Parts.Zip(request.Parts.Skip(1)), pair => Assert.True(pair.First.ToMs <= pair.Second.FromMs && pair.First.FromMs <= pair.First.ToMs)));
        Assert.Null(VisitPicture.Of([]));
    }

    private static HopReport Report(Hop hop, JsonObject facts) => new() { Step = hop.Step(), Hop = hop, Name = "", Evidence = Evidence.Seen, Decision = "", Facts = facts };
}
