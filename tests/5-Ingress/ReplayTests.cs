using CsCheck;
using Usher.Model.Journeys;
using Usher.Model.Road;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>A recorded decision, decided again: whatever the routes and the request, and whatever became of the Services since.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void A_replay_chooses_the_same_and_so_does_explain() => Gen.Select(Tables.Any, Tables.Request, Gen.Int[0, 1 << 12]).Sample(
        (table, request, empty) =>
        {
            var cluster = new Cluster(table.Yaml).Valid();
            for (var i = 0; i < table.Services; i++)
            {
                if ((empty & (1 << i)) != 0) cluster.Fronts.Empty.Add($"s{i}");
            }

            var decision = cluster.Decide(request.Host, request.Path);
            for (var i = 0; i < table.Services; i++)
            {
                if (!cluster.Fronts.Empty.Remove($"s{i}")) cluster.Fronts.Empty.Add($"s{i}");
            }

            var reasons = new ReasonList();
            Assert.Equal(decision.Choice, decision.Replay(reasons));
            if (decision.Choice.Route is { } route) Assert.Single(reasons.All, r => r.Chosen && r.Candidate == route.Label);

            var traveller = new Traveller { Request = Facts(request.Host, request.Path), Address = cluster.ControllerAt, Given = [decision] };
            var step = new IngressStep(cluster.Fronts).Take(cluster.Generation, traveller)!;
            Assert.Equal(decision.Choice, Assert.IsType<IngressDecision>(Assert.Single(step.Decisions)).Choice);
            Assert.Equal(decision.Choice.Verdict == IngressVerdict.Forward ? decision.Choice.Route!.Backend.Front.Bound : null, step.Next?.Address);
        },
        iter: 500);
}
