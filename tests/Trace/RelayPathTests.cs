using System.Net;
using Usher.Model.Journeys;

namespace Usher.Trace.Tests;

/// <summary>Journeys over a load balancer that reads no HTTP, joined by the connections between its relay and the next ones.</summary>
public sealed class RelayPathTests
{
    [Fact]
    public async Task The_first_hop_that_reads_HTTP_is_the_journeys_beginning_and_the_relays_stand_before_it()
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToIngress);
        road.Log.Add(RelayedRoad.AtIngress());
        road.Log.Add(road.AtVirtualIP());
        road.Log.Add(road.Unnamed());

        var journey = (await road.Book.TellAsync(TestRoad.Report() with { Dns = null }, default)).Journey!;

        Assert.Equal((200, "ok", "pod"), (journey.Status, journey.Outcome, journey.AnsweredBy));
        Assert.Equal(
            ["load-balancer", "node", "service node", "endpoint node", "tls", "ingress", "service clusterIP", "endpoint clusterIP", "pod", "response"],
            journey.Hops.Select(h => h.At is null ? h.Hop.Name() : $"{h.Hop.Name()} {h.At}"));
        Assert.All(journey.Hops.Where(h => h.Hop != Hop.Pod), h => Assert.Equal(Evidence.Seen, h.Evidence));
        Assert.StartsWith("TLS ends at the ingress, not at the load balancer: certificate CN=api.example.com", journey.Hops[4].Decision, StringComparison.Ordinal);
        Assert.Equal("to 127.0.0.1:40112", journey.Hops[^1].Name);
    }

    [Fact]
    public void Its_id_is_that_of_the_trace_which_begins_at_the_ingress_and_no_second_request_has_it()
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToIngress);
        road.Log.Add(road.Unnamed());
        road.Log.Add(road.Unnamed());

        var ids = road.Book.Recent().Select(j => j.Id).ToList();
        Assert.Equal(2, ids.Distinct().Count());
        Assert.Equal(TestRoad.JourneyId, ids[1]);
        Assert.NotNull(road.Book.Find(TestRoad.JourneyId));
    }

    [Fact]
    public void An_ingress_that_was_asked_past_every_load_balancer_begins_no_journey()
    {
        var road = new TestRoad();
        var node = road.AtNode();
        road.Log.Add(node);
        road.Log.Connected(node);
        road.Log.Add(road.Unnamed());
        Assert.Empty(road.Book.Recent());

        // Nor with a load balancer about whose relay leads elsewhere.
        road.Log.Add(road.AtBalancer(TestRoad.ToNode with { From = IPEndPoint.Parse("127.18.0.1:51001") }));
        road.Log.Connected(node);
        road.Log.Add(road.Unnamed());
        Assert.Empty(road.Book.Recent());
    }

    [Fact]
    public async Task Where_nobody_reads_HTTP_the_clients_own_connection_leads_to_the_pod()
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToPod);

        var journey = (await road.Book.TellAsync(TestRoad.Report() with { Dns = null, Status = 404 }, default)).Journey!;

        Assert.Equal((404, "pod.404", "pod", 12L), (journey.Status, journey.Outcome, journey.AnsweredBy, journey.Generation));
        Assert.Equal(["load-balancer", "node", "service", "endpoint", "tls", "pod"], journey.Hops.Select(h => h.Hop.Name()));
        Assert.Equal((Evidence.Measured, "client", 404), (journey.Hops[^1].Evidence, journey.Hops[^1].Facts["measuredBy"]!.ToString(), journey.Hops[^1].Response!.Status));
        Assert.Equal((Evidence.Measured, "handshake done with whoever is at the connection's end, not with the load balancer"), (journey.Hops[4].Evidence, journey.Hops[4].Decision));
    }

    [Fact]
    public async Task A_target_that_refuses_is_told_as_the_load_balancers_failure()
    {
        var road = new TestRoad();
        var relay = road.AtBalancer(null, "10.0.1.10:30443 refused the connection: nothing listens there", refused: true);
        road.Log.Add(relay);
        road.Log.Closed(relay);

        var report = TestRoad.Report() with { Dns = null, Tls = null, Status = null, Failure = new ClientFailure("tls", "Connection reset by peer.") };
        var journey = (await road.Book.TellAsync(report, default)).Journey!;

        Assert.Equal((null, "load-balancer.reset.connection-refused", null), (journey.Status, journey.Outcome, journey.AnsweredBy));
        Assert.Equal("Connection reset by peer. 10.0.1.10:30443 refused the connection: nothing listens there, so the client's connection was reset", journey.Problem);
        Assert.False(Assert.Single(journey.Hops).Ok);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_Gateway_encrypts_for_its_backend_is_told_and_that_the_backend_isnt_who_it_should_be(bool verified)
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToIngress);
        var gateway = new ConnectionRecord
        {
            Hop = Hop.Ingress,
            Generation = road.Generation,
            Downstream = TestRoad.ToIngress,
            AcceptedAt = TestRoad.At(5.9),
            Decision = new TestDecision(new HopAccount(Hop.Ingress, "edge-7d", "TCPRoute shop/db → Service shop/db:80 10.100.0.2:80, encrypted")),
            Upstream = TestRoad.ToVirtualIP,
            ConnectedAt = TestRoad.At(6.1),
            UpstreamTls = verified ? new UpstreamSecurity { Version = "TLSv1.3", Cipher = "TLS_AES_256_GCM_SHA384", Verified = true } : new UpstreamSecurity { Subject = "CN=other" },
            ClosedAt = verified ? 0 : TestRoad.At(6.2),
            CloseReason = verified ? null : "10.100.0.2:80: the certificate CN=other isn't for db.shop.svc",
        };
        road.Log.Add(gateway);
        road.Log.Connected(gateway);
        if (!verified) road.Log.Closed(gateway);
        var virtualIP = road.AtVirtualIP();
        road.Log.Add(virtualIP);
        road.Log.Connected(virtualIP);
        var report = TestRoad.Report() with { Dns = null };

        var journey = (await road.Book.TellAsync(verified ? report : report with { Status = null, Failure = new ClientFailure("tls", "Connection reset by peer.") }, default)).Journey!;

        var told = journey.Hops.Single(h => h.Hop == Hop.Ingress);
        Assert.Equal(verified, told.Ok);
        Assert.Equal(verified ? "TLSv1.3 TLS_AES_256_GCM_SHA384" : "handshake failed", told.Facts["tls"]!["encrypted"]!.ToString());
        if (verified) return;
        Assert.Equal("ingress.reset.tls-handshake", journey.Outcome);
        Assert.EndsWith("10.100.0.2:80: the certificate CN=other isn't for db.shop.svc, so the client's connection was reset", journey.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_fails_at_the_ingress_is_told_behind_the_relays()
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToIngress);
        road.Log.Add(RelayedRoad.AtIngress("the client refused the certificate"));

        var report = TestRoad.Report() with { Dns = null, Status = null, Failure = new ClientFailure("tls", "not trusted") };
        var journey = (await road.Book.TellAsync(report, default)).Journey!;

        Assert.Equal("ingress.tls.client-refused", journey.Outcome);
        Assert.Equal((Hop.Tls, false), (journey.Hops[^2].Hop == Hop.Tls ? journey.Hops[^2].Hop : journey.Hops[^1].Hop, journey.Hops.Single(h => h.Hop == Hop.Tls).Ok));
        Assert.Contains("handshake failed: TLS ends at the ingress", journey.Hops.Single(h => h.Hop == Hop.Tls).Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_requests_of_a_connection_say_when_it_was_decided()
    {
        var road = new TestRoad();
        road.Relay(TestRoad.ToIngress);
        var second = road.Unnamed(nth: 2);
        road.Log.Add(second);

        var balancer = road.Book.Recent()[0].Hops.First(h => h.Hop == Hop.LoadBalancer);
        Assert.Equal(("reused (request 2)", "when the connection was opened, 1 request ago"), (balancer.Facts["connection"]!.ToString(), balancer.Facts["decided"]!.ToString()));
    }
}
