using System.Net;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Trace.Tests;

/// <summary>How a walk ends that no hop answers.</summary>
public sealed class ExplainerTests
{
    private static readonly RequestFacts Request = new() { Method = "GET", Scheme = "https", Host = "a.example.com", Path = "/", Query = "", Source = IPAddress.Loopback };

    [Theory]
    [InlineData(Hop.LoadBalancer, "service.no-local-endpoint", 504, "load-balancer.504.connect-timeout")]
    [InlineData(Hop.LoadBalancer, "node.stopped", 504, "load-balancer.504.connect-timeout")]
    [InlineData(Hop.LoadBalancer, "node.no-node-port", 502, "load-balancer.502.connection-refused")]
    [InlineData(Hop.Ingress, "service.no-endpoint", 502, "ingress.502.connection-refused")]
    [InlineData(Hop.Ingress, "pod.not-running", 502, "ingress.502.connection-refused")]
    public void Who_sent_a_request_that_gets_lost_answers_for_it(Hop sender, string lost, int status, string outcome)
    {
        var journey = Explain(verifies: true,
            new HopAccount(sender, "sender", "sends it on"),
            new HopAccount(Hop.Service, "service", "has none") { Ok = false, Outcome = lost },
            new HopAccount(Hop.Endpoint, "none", "no endpoint") { Ok = false });
        Assert.Equal((status, outcome, sender.Name(), "has none"), (journey.Status, journey.Outcome, journey.AnsweredBy, journey.Problem));
    }

    [Fact]
    public void A_client_that_verifies_goes_no_further_than_a_certificate_for_other_names()
    {
        HopAccount[] road =
        [
            new(Hop.Tls, "b.example.com", "default") { Ok = false, Outcome = "tls.name-mismatch", Facts = new JsonObject { ["problem"] = "add the name" } },
            new(Hop.LoadBalancer, "edge", "a fixed response"),
        ];
        var refused = Explain(verifies: true, road);
        Assert.Equal((null, "tls.name-mismatch", null, "add the name"), ((int?)refused.Status, refused.Outcome, refused.AnsweredBy, refused.Problem));
        Assert.Equal([Hop.Tls.Name()], refused.Hops.Select(h => h.Hop.Name()));
        Assert.Equal(2, Explain(verifies: false, road).Hops.Count);
    }

    [Theory]
    [InlineData("192.0.2.1", "nothing of this road listens at 192.0.2.1:443")]
    [InlineData("10.100.0.9", "nothing of this road listens at 10.100.0.9:443: on this machine Service shop/users has 127.18.16.1")]
    public void An_address_that_nobody_listens_at_ends_the_road(string address, string problem)
    {
        var plan = AddressPlan.Empty.Next([new AddressClaim(new ResourceKey("", "Service", "shop", "users"), AddressBlock.Service, IPAddress.Parse("10.100.0.9"))]);
        var journey = new Explainer([]).Explain(new Generation(1, DesiredState.Empty, plan, []), Request, new IPEndPoint(IPAddress.Parse(address), 443)).Journey;
        Assert.Equal(("road.nothing-listens", problem), (journey.Outcome, journey.Problem));
    }

    [Fact]
    public void A_port_that_somebody_knows_to_be_closed_is_named_as_the_cluster_has_it()
    {
        var bound = new IPEndPoint(IPAddress.Parse("127.18.64.2"), 8443);
        var explain = new Explainer([], [new Known(bound)]);
        var road = new Generation(1, DesiredState.Empty, AddressPlan.Empty, []);
        Assert.Equal("nothing of this road listens at 10.0.1.101:443, since its listener has no certificate", explain.Explain(road, Request, bound).Journey.Problem);
        Assert.Equal("nothing of this road listens at 127.18.64.2:443", explain.Explain(road, Request, new IPEndPoint(bound.Address, 443)).Journey.Problem);
    }

    private sealed record Known(IPEndPoint Bound) : IClosedPorts
    {
        public ClosedPort? At(Generation generation, IPEndPoint bound) => bound.Equals(Bound) ? new ClosedPort(new IPEndPoint(IPAddress.Parse("10.0.1.101"), 443), "its listener has no certificate") : null;
    }

    /// <summary>Walks a road with a step for each account, the last of which ends it.</summary>
    private static Journey Explain(bool verifies, params HopAccount[] accounts) =>
        new Explainer(accounts.Select((account, i) => new OneStep(i, account, i == accounts.Length - 1)))
            .Explain(new Generation(1, DesiredState.Empty, AddressPlan.Empty, []), Request, new IPEndPoint(IPAddress.Loopback, 0), verifies: verifies).Journey;

    private sealed class OneStep(int at, HopAccount account, bool last) : IRoadStep
    {
        public StepTaken? Take(Generation generation, Traveller traveller) => traveller.Address!.Port != at ? null
            : new StepTaken([new TestDecision(account)], last ? null : traveller with { Address = new IPEndPoint(IPAddress.Loopback, at + 1) });
    }
}
