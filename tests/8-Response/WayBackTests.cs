using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response.Tests;

public sealed class WayBackTests
{
    private readonly WayBack back = new(Exchange.Time);

    [Fact]
    public void A_pods_answer_passes_every_hop()
    {
        var ingress = Exchange.Record(Hop.Ingress).Answered(2, 6, 7).Bytes(1, 500);
        var first = Exchange.Record().Answered(1, 8, 9).Bytes(1, 512);
        (ingress.DownstreamFate, ingress.UpstreamFate, first.DownstreamFate) = ("kept", "closed: by the pod", "kept");
        var account = Tell(first, ingress)!;
        Assert.Equal("200 from pod shop/users-1, passed on by ingress and load balancer unchanged; 512 bytes", account.Decision);
        Assert.True(account.Ok);
        Assert.Equal(
            """[{"hop":"pod","name":"shop/users-1","status":200,"firstByteMs":6,"measuredBy":"ingress","connection":"closed: by the pod"},{"hop":"ingress","status":200,"firstByteMs":6,"lastByteMs":7,"bytes":500,"changes":"unchanged","connection":"kept","upstreamConnection":"closed: by the pod"},{"hop":"load-balancer","status":200,"firstByteMs":8,"lastByteMs":9,"bytes":512,"changes":"unchanged","connection":"kept","upstreamConnection":null}]""",
            account.Facts["hops"]!.ToJsonString());
    }

    [Fact]
    public void Changed_headers_are_told_of_each_hop()
    {
        var ingress = Exchange.Record(Hop.Ingress).Answered(2, 6, 7);
        ingress.ResponseChanges = Exchange.Changes(["Strict-Transport-Security", "B"], ["X-Powered-By"], ["Location"]);
        var account = Tell(Exchange.Record().Answered(1, 8, 9), ingress)!;
        Assert.EndsWith("passed on by ingress and load balancer with changed headers; 0 bytes", account.Decision, StringComparison.Ordinal);
        Assert.Equal("+B +Strict-Transport-Security -X-Powered-By ~Location", account.Facts["hops"]![1]!["changes"]!.ToString());
    }

    [Fact]
    public void The_load_balancers_own_answer_begins_there()
    {
        var account = Tell(Exchange.Record().AnsweredHere(503, 1), null)!;
        Assert.Equal("503 made by the load balancer; 0 bytes", account.Decision);
        Assert.Equal(["load-balancer"], Hops(account));
    }

    [Fact]
    public void An_answer_of_the_load_balancer_in_anothers_place_says_so()
    {
        var first = Exchange.Record().AnsweredHere(502, 3, sent: 1);
        first.UpstreamStatus = 200;
        var account = Tell(first, Exchange.Record(Hop.Ingress).Answered(1, 2, 3))!;
        Assert.Equal("502 made by the load balancer in the place of the target's 200; 0 bytes", account.Decision);
        Assert.Equal(["load-balancer"], Hops(account));
    }

    [Fact]
    public void The_ingresss_own_answer_begins_there()
    {
        var account = Tell(Exchange.Record().Answered(1, 8, 9, 503), Exchange.Record(Hop.Ingress).AnsweredHere(503, 4))!;
        Assert.Equal("503 made by the ingress, passed on by the load balancer unchanged; 0 bytes", account.Decision);
        Assert.Equal(["ingress", "load-balancer"], Hops(account));
        Assert.Equal("made here", account.Facts["hops"]![0]!["changes"]!.ToString());
    }

    [Fact]
    public void Without_an_ingress_the_load_balancer_measured_the_target()
    {
        var account = back.Account(new WayBackRecords(Exchange.Record().Answered(1, 8, 9), null, null, Exchange.At(0)))!;
        Assert.Equal("200 from the target, passed on by the load balancer unchanged; 0 bytes", account.Decision);
        Assert.Equal("load-balancer", account.Facts["hops"]![0]!["measuredBy"]!.ToString());
    }

    [Fact]
    public void An_answer_that_was_cut_off_is_not_ok()
    {
        var first = Exchange.Record().Answered(1, 8, 9).Bytes(1, 100);
        first.Outcome = "load-balancer.response-cut";
        var account = Tell(first, null)!;
        Assert.False(account.Ok);
        Assert.Equal("200 from pod shop/users-1, passed on by the load balancer, then cut off; 100 bytes", account.Decision);
    }

    [Fact]
    public void Where_nothing_came_back_there_is_nothing_to_tell() => Assert.Null(Tell(Exchange.Record(), null));

    private HopAccount? Tell(RequestRecord first, RequestRecord? ingress) =>
        back.Account(new WayBackRecords(first, ingress, "shop/users-1", Exchange.At(0)));

    private static IEnumerable<string> Hops(HopAccount account) => account.Facts["hops"]!.AsArray().Select(h => h!["hop"]!.ToString());
}
