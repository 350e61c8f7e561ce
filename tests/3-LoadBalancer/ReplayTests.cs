using System.Net;
using CsCheck;
using Usher.Model.Journeys;
using Usher.Model.Road;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>A recorded decision, decided again: whatever the rules, the states, the request and the draw, and whatever happened since.</summary>
public sealed class ReplayTests
{
    private static readonly string[] Conditions =
    [
        "host-header a.example.com", "host-header *.example.com", "path-pattern /a*", "path-pattern /b?c", "http-request-method GET", "http-header:X-A b*",
        "query-string q=*1", "source-ip 10.0.0.0/8",
    ];

    private static readonly Gen<string> Request = Gen.Select(
        Gen.OneOf("GET", "POST"), Gen.OneOf("a.example.com", "b.example.com", "other.org"), Gen.OneOf("/a", "/ab/c", "/bxc", "/"),
        Gen.OneOf("", "?q=1", "?q=2"), Gen.OneOf("", " | X-A: bc"), Gen.OneOf("10.1.2.3", "203.0.113.7"),
        (method, host, path, query, header, from) => $"{method} http://{host}{path}{query}{header} | from {from}");

    private static readonly Gen<Desk> Desks = Gen.Select(
        Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3], (targets, random, weight) => (targets, random, weight)).Array[1, 4],
        Gen.Select(Gen.Int[0, Conditions.Length - 1].HashSet[1, 2], Gen.Int[0, 3]).Array[0, 6],
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[12],
        (groups, rules, states) =>
        {
            var edge = new Edge();
            for (var g = 0; g < groups.Length; g++)
                edge.Group($"g{g}", [.. Enumerable.Range(1, groups[g].targets).Select(t => $"i-0a1:{t}")], groups[g].random ? "least_outstanding_requests" : "round_robin");
            var forward = Weighted([.. groups.Select((g, i) => ($"g{i}", g.weight))]);
            edge.Listener(80, forward);
            for (var r = 0; r < rules.Length; r++)
            {
                // Of two conditions of one field the second isn't allowed: keep one of each.
                var conditions = rules[r].Item1.Select(c => Conditions[c].Split(' ')).DistinctBy(c => c[0]).Select(c => If(c[0], c[1]));
                edge.Rule(80, (r + 1) * 10, rules[r].Item2 switch { 0 => NotFound, 1 => To(new("HTTP_302")), _ => forward }, [.. conditions]);
            }

            var desk = new Desk(edge);
            var next = 0;
            foreach (var target in desk.Snapshot.TargetGroups.SelectMany(g => desk.Table.Of(g).Targets))
            {
                var (health, outstanding) = states[next++ % states.Length];
                target.Health = health switch { 0 => TargetHealth.Initial, 1 => new(HealthState.Unhealthy, "Target.Timeout", "slow"), _ => TargetHealth.Healthy };
                for (var i = 0; i < outstanding; i++) target.Begin();
            }

            return desk;
        });

    [Fact]
    public void A_replay_chooses_the_same_and_so_does_explain() => Gen.Select(Desks, Request, Gen.ULong).Sample(
        (desk, request, bits) =>
        {
            var facts = Ask.For(request);
            var decision = desk.Decide(facts, new Draw(bits));

            // Since then the road has changed.
            foreach (var target in desk.Snapshot.TargetGroups.SelectMany(g => desk.Table.Of(g).Targets))
            {
                target.Health = target.Health.Usable ? TargetHealth.Initial : TargetHealth.Healthy;
                target.Begin();
            }

            var reasons = new ReasonList();
            Assert.Equal(decision.Choice, decision.Replay(reasons));
            Assert.Equal(decision.Choice.Rule.Label, Assert.Single(reasons.All, r => r.Chosen && r.Candidate.Contains("rule", StringComparison.Ordinal)).Candidate);
            var targets = decision.Choice.Group?.Targets.Select(t => t.Label).ToHashSet() ?? [];
            Assert.Equal(decision.Target?.Label, reasons.All.SingleOrDefault(r => r.Chosen && targets.Contains(r.Candidate))?.Candidate);

            var traveller = new Traveller { Request = facts, Source = facts.Source, Address = desk.Listener.Bound, Given = [new Other(), decision] };
            var step = new LoadBalancerStep(desk.Table).Take(desk.Generation, traveller)!;
            var explained = Assert.IsType<LoadBalancerDecision>(Assert.Single(step.Decisions));
            Assert.Equal(decision.Choice, explained.Choice);
            Assert.Equal(decision.Target?.Bound, step.Next?.Address);
            Assert.Equal(Assert.Single(decision.Tell()).Decision, Assert.Single(explained.Tell()).Decision);
        },
        iter: 3_000);

    [Fact]
    public void Explain_walks_to_the_target_and_stops_where_the_load_balancer_answers()
    {
        var desk = new Desk(new Edge().Group("web", ["i-0a1"]).Listener(80, Forward("web"))
            .Rule(80, 1, Fixed(418), If("path-pattern", "/teapot")).Rule(80, 2, To(new("HTTP_302")), If("path-pattern", "/old")));
        var step = new LoadBalancerStep(desk.Table);
        var at = new Traveller { Request = Ask.For("GET http://a/"), Address = desk.Listener.Bound };

        var forwarded = step.Take(desk.Generation, at)!;
        Assert.Equal(("127.18.1.1:30080", "127.18.0.1", "http"), (forwarded.Next!.Address!.ToString(), forwarded.Next.Source.ToString(), forwarded.Next.Request.Scheme));
        Assert.Null(forwarded.Status);
        var told = forwarded.Next.Request.Headers.ToDictionary(h => h.Key, h => h.Value);
        Assert.Equal(("127.0.0.1", "http", "80"), (told["X-Forwarded-For"], told["X-Forwarded-Proto"], told["X-Forwarded-Port"]));
        Assert.Equal(418, step.Take(desk.Generation, at with { Request = Ask.For("GET http://a/teapot") })!.Status);
        var moved = step.Take(desk.Generation, at with { Request = Ask.For("GET http://a/old") })!;
        Assert.Equal((302, Hop.LoadBalancer, null), (moved.Status, moved.AnsweredBy, moved.Next));
    }

    [Fact]
    public void Explain_leaves_other_places_alone_and_waits_for_the_handshake()
    {
        var desk = new Desk(new Edge().Listener(443, protocol: "HTTPS"));
        var step = new LoadBalancerStep(desk.Table);
        var at = new Traveller { Request = Ask.For("GET https://a/"), Address = desk.Listener.Bound };
        Assert.Null(step.Take(desk.Generation, at));
        Assert.NotNull(step.Take(desk.Generation, at with { Secured = true }));
        Assert.Null(step.Take(desk.Generation, at with { Secured = true, Address = new(IPAddress.Parse("127.99.0.9"), 1) }));
        var closed = Assert.Single(step.Take(desk.Generation, at with { Address = new(desk.Listener.Bound.Address, 1), UrlPort = 9443 })!.Decisions).Tell().Single();
        Assert.Equal((false, "load-balancer.connect-failed", true), (closed.Ok, closed.Outcome, closed.Decision.Contains("no listener on port 9443; it listens on HTTPS:443", StringComparison.Ordinal)));
        Assert.Null(step.Take(desk.Generation, at with { Secured = true, Address = null }));
        Assert.Null(step.Take(Generation.None, at with { Secured = true }));
    }

    private sealed class Other : IDecision
    {
        public IEnumerable<HopAccount> Tell() => [];
    }
}
