using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

public sealed class JourneyFilterTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("failed=true", true)]
    [InlineData("failed=false", true)]
    [InlineData("status=503", true)]
    [InlineData("status=5xx", true)]
    [InlineData("status=404,500-503", true)]
    [InlineData("status=none,2XX", false)]
    [InlineData("hop=ingress", true)]
    [InlineData("hop=pod", false)]
    [InlineData("path=/v1", true)]
    [InlineData("path=/v1/users", true)]
    [InlineData("path=/v1/*s", true)]
    [InlineData("path=/V1", false)]
    [InlineData("path=*/orders", false)]
    [InlineData("slower=9ms", true)]
    [InlineData("slower=0.0092s", true)]
    [InlineData("slower=10ms", false)]
    [InlineData("visit=v", true)]
    [InlineData("visit=w", false)]
    [InlineData("status=5xx path=/v1 hop=ingress slower=1ms failed=true", true)]
    [InlineData("status=5xx path=/v2 hop=ingress", false)]
    public void A_journey_is_wanted_when_all_that_is_asked_for_holds(string written, bool wanted)
    {
        var journey = Journey(503, "ingress.503.no-endpoints", "ingress");
        Assert.Equal(wanted, Read(written).Takes(journey));
    }

    [Theory]
    [InlineData("status=none", true)]
    [InlineData("status=2xx", false)]
    [InlineData("hop=dns", true)]
    [InlineData("hop=d", false)]
    [InlineData("failed=true", true)]
    public void What_nothing_answered_has_no_status(string written, bool wanted)
    {
        if (written == "hop=d") Assert.NotNull(JourneyFilterText.Read(name => name == "hop" ? "d" : null).Problem);
        else Assert.Equal(wanted, Read(written).Takes(Journey(null, "dns.nxdomain", null)));
    }

    [Theory]
    [InlineData("failed", "yes", "failed is yes, but must be true or false")]
    [InlineData("status", "", "status is , but must be statuses, as 502, 5xx, 500-504 or none, with commas between")]
    [InlineData("status", "99", "status is 99, but")]
    [InlineData("status", "600", "status is 600, but")]
    [InlineData("status", "504-500", "status is 504-500, but")]
    [InlineData("status", "5xx,", "status is 5xx,, but")]
    [InlineData("path", "v1", "path is v1, but must be a path without its query, beginning with / or *")]
    [InlineData("path", "/v1?a=b", "path is /v1?a=b, but must be")]
    [InlineData("hop", "LoadBalancer", "hop is LoadBalancer, but must be one of dns, tls, load-balancer, ")]
    [InlineData("slower", "10", "slower is 10, but must be a duration, as 250ms or 1.5s")]
    [InlineData("slower", "-1s", "slower is -1s, but")]
    [InlineData("slower", "1e9s", "slower is 1e9s, but")]
    public void What_is_wrong_is_told(string name, string value, string problem)
    {
        var (filter, told) = JourneyFilterText.Read(asked => asked == name ? value : null);
        Assert.Null(filter);
        Assert.StartsWith(problem, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.example.com/v1/login?next=https://shop.test/cart", "/v1/login", true)]
    [InlineData("https://api.example.com/v1/login?next=https://shop.test/cart", "/cart", false)]
    [InlineData("https://api.example.com?next=/cart", "/cart", false)]
    [InlineData("https://api.example.com?next=/cart", "/", true)]
    [InlineData("https://api.example.com", "/", true)]
    [InlineData("*", "*", true)]
    public void A_path_is_what_stands_between_host_and_query(string url, string path, bool wanted) =>
        Assert.Equal(wanted, Read($"path={path}").Takes(Journey(200, "ok", "pod") with { Url = url }));

    [Fact]
    public void A_flow_that_was_answered_has_no_status_and_is_not_without_an_answer() =>
        Assert.False(Read("status=none").Takes(Journey(null, "ok", "pod")));

    [Fact]
    public void What_a_record_alone_rules_out_no_journey_of_it_would_be()
    {
        string[] asked = ["status=200", "status=5xx", "status=none", "path=/v1", "path=/v2", "path=*users", "slower=1ms", "slower=1s", "slower=1.5s", "slower=5s"];
        var road = new TestRoad();
        road.AddAll(road.LoadBalancer(), road.Ingress(), road.AtNode(), road.AtVirtualIP());
        var journey = Assert.Single(road.Book.Recent());
        Assert.All(asked.Select(Read), filter => Assert.True(!filter.Takes(journey) || filter.MayTake(road.LoadBalancer(), road.Time)));
        Assert.Contains(asked.Select(Read), filter => !filter.MayTake(road.LoadBalancer(), road.Time));
        Assert.True(Read("slower=5s").MayTake(road.LoadBalancer(), road.Time), "of a first request nobody knows how long its client waited");
        Assert.False(Read("slower=5s").MayTake(road.LoadBalancer(nth: 2), road.Time));
    }

    private static JourneyFilter Read(string written)
    {
        var values = written.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('=', 2)).ToDictionary(w => w[0], w => w[1]);
        var (filter, problem) = JourneyFilterText.Read(values.GetValueOrDefault);
        Assert.Null(problem);
        return filter!;
    }

    private static Journey Journey(int? status, string outcome, string? answeredBy) => new()
    {
        Id = "1-a", Method = "GET", Url = "https://api.example.com/v1/users?page=2", Status = status, Outcome = outcome, AnsweredBy = answeredBy, DurationMs = 9.3, Visit = "v", Hops = [],
    };
}
