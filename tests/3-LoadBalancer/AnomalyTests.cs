using Microsoft.Extensions.Time.Testing;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

/// <summary>Anomaly detection and its mitigation: one of three targets fails while the others don't.</summary>
public sealed class AnomalyTests
{
    private static readonly (string, string)[] Mitigating = [("load_balancing.algorithm.anomaly_mitigation", "on")];
    private readonly FakeTimeProvider time = new();

    [Theory]
    // own, others: failed/requests
    [InlineData("0/100", "0/100", 3, false)]
    [InlineData("5/100", "0/100", 3, false)]    // five points are allowed
    [InlineData("6/100", "0/100", 3, true)]
    [InlineData("35/100", "10/100", 3, false)]  // three times the others' and five points
    [InlineData("36/100", "10/100", 3, true)]
    [InlineData("100/100", "40/100", 3, false)] // where the others fail as well, it is no one's anomaly
    [InlineData("9/9", "0/100", 3, false)]      // too few to compare
    [InlineData("10/10", "0/100", 3, true)]
    [InlineData("100/100", "0/9", 3, false)]
    [InlineData("100/100", "0/100", 2, false)]  // three healthy targets are needed
    public void A_target_is_anomalous_that_fails_conspicuously_more_often_than_the_others(string own, string others, int healthy, bool anomalous) =>
        Assert.Equal(anomalous, AnomalyDetection.Next(TargetStanding.Normal, Count(own), Count(others), healthy, mitigates: true).Anomalous);

    [Theory]
    [InlineData(true, "1/1", true)]   // to stay so, any request will do
    [InlineData(true, "0/1", false)]
    [InlineData(true, "0/0", false)]
    [InlineData(false, "1/1", false)]
    public void Fewer_requests_are_enough_to_stay_anomalous(bool before, string own, bool after) =>
        Assert.Equal(after, AnomalyDetection.Next(new TargetStanding(before, 1), Count(own), Count("0/100"), 3, mitigates: true).Anomalous);

    [Theory]
    [InlineData(1, true, true, 0.5)]
    [InlineData(0.25, true, true, 0.125)]
    [InlineData(0.125, true, true, 0.125)]
    [InlineData(0.125, false, true, 0.25)]
    [InlineData(0.5, false, true, 1)]
    [InlineData(1, false, true, 1)]
    [InlineData(1, true, false, 1)]
    [InlineData(0.25, true, false, 1)]  // mitigation was switched off
    public void The_weight_is_halved_while_it_is_anomalous_and_doubled_when_it_isnt(double before, bool anomalous, bool mitigates, double after) =>
        Assert.Equal(after, AnomalyDetection.Next(new TargetStanding(anomalous, before), Count(anomalous ? "50/100" : "0/100"), Count("0/100"), 3, mitigates).Weight);

    [Fact]
    public void A_window_counts_the_last_minute()
    {
        var window = new OutcomeWindow(time);
        for (var i = 0; i < 7; i++)
        {
            window.Add(failed: i % 2 == 0);
            Assert.Equal(Math.Min(i + 1, 6), window.Read().Requests);
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(new OutcomeCount(5, 3), window.Read());
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(default, window.Read());
    }

    [Fact]
    public void An_anomalous_target_gets_less_and_gets_its_traffic_back_when_it_recovers()
    {
        var desk = Desk(Mitigating);
        Assert.InRange(Shares(desk)[0], 0.31, 0.36);

        var weights = new List<double>();
        for (var i = 0; i < 5; i++) weights.Add(Round(desk, failing: true));
        Assert.Equal([0.5, 0.25, 0.125, 0.125, 0.125], weights);
        // An eighth beside two wholes.
        Assert.InRange(Shares(desk)[0], 0.045, 0.075);

        weights.Clear();
        for (var i = 0; i < 10 && (weights.Count == 0 || weights[^1] < 1); i++) weights.Add(Round(desk, failing: false));
        Assert.Equal(1, weights[^1]);
        Assert.InRange(Shares(desk)[0], 0.31, 0.36);
    }

    [Fact]
    public void Without_mitigation_it_is_detected_and_told_alone()
    {
        var desk = Desk([]);
        Assert.Equal(1, Round(desk, failing: true));

        var reports = new TargetHealthView(desk.Table).All(desk.Generation);
        Assert.Equal([new("anomalous", "no"), new("normal", "no"), new("normal", "no")], reports.Select(r => r.AnomalyDetection));
        Assert.InRange(Shares(desk)[0], 0.31, 0.36);
    }

    [Fact]
    public void The_journey_tells_each_targets_weight_and_why()
    {
        var desk = Desk(Mitigating);
        Round(desk, failing: true);

        var decision = desk.Decide(Ask.For("GET http://a.example.com/"));
        var account = Assert.Single(decision.Tell());

        Assert.Contains(account.Reasons, r => r.Candidate == "i-0a1:1" && r.Why.Contains("weight 0.5, anomalous: 20 of its 20 requests failed in the last minute, 0 of the others' 40", StringComparison.Ordinal));
        Assert.Contains(account.Reasons, r => r.Candidate == "i-0a1:2" && r.Why.Contains("weight 1, normal", StringComparison.Ordinal));
        // What was read is kept with the decision: ten minutes later it is told the same.
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(account.Reasons, Assert.Single(decision.Tell()).Reasons);
        var drawn = Enumerable.Range(0, 100).Select(i => desk.Decide(Ask.For("GET http://a.example.com/"), new Draw((ulong)(i / 100.0 * uint.MaxValue)))).First(d => d.Target!.Label == "i-0a1:2");
        Assert.Equal((1, "normal"), ((double?)Assert.Single(drawn.Tell()).Facts["weight"], (string?)Assert.Single(drawn.Tell()).Facts["anomalyDetection"]));
    }

    [Fact]
    public void A_target_that_stays_keeps_its_watch_and_other_algorithms_have_none()
    {
        var table = new TargetTable(time);
        var weighted = Groups("weighted_random");
        table.Prepare(weighted);
        var watch = table.Of(weighted[0]).Targets[0].Watch;
        Assert.NotNull(watch);

        var again = Groups("weighted_random");
        table.Prepare(again);
        Assert.Same(watch, table.Of(again[0]).Targets[0].Watch);
        Assert.IsType<WeighedReading>(table.Of(again[0]).Read(ZoneScope.All, takeTurn: false));

        // Until the next generation is published, and if it never is, this one is read.
        var turns = Groups("round_robin");
        table.Prepare(turns);
        Assert.IsType<WeighedReading>(table.Of(again[0]).Read(ZoneScope.All, takeTurn: false));
        Assert.IsType<GroupReading>(table.Of(turns[0]).Read(ZoneScope.All, takeTurn: false), exactMatch: true);
        Assert.Null(table.Of(turns[0]).Standings);

        var fresh = new TargetTable(time);
        fresh.Prepare(turns);
        Assert.Null(fresh.Of(turns[0]).Targets[0].Watch);
    }

    [Theory]
    [InlineData(ForwardOutcome.Completed, 200, false)]
    [InlineData(ForwardOutcome.Completed, 404, false)]
    [InlineData(ForwardOutcome.Completed, 503, true)]
    [InlineData(ForwardOutcome.ConnectRefused, 0, true)]
    [InlineData(ForwardOutcome.TlsHandshakeFailed, 0, true)]
    [InlineData(ForwardOutcome.UpstreamReset, 0, true)]
    [InlineData(ForwardOutcome.ClientGone, 0, null)]
    [InlineData(ForwardOutcome.Canceled, 0, null)]
    public void Five_hundreds_and_connection_errors_count_as_failures(ForwardOutcome outcome, int status, bool? failed) =>
        Assert.Equal(failed, TargetFailure.Counts(new ForwardResult { Outcome = outcome, StatusCode = status }));

    [Fact]
    public async Task A_target_that_answers_500_and_one_that_refuses_are_found_out_by_their_requests()
    {
        await using var rig = new Rig(time: time);
        await using var good = Backend.Saying("ok", rig.Node(1));
        await using var bad = Backend.Answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", rig.Node(1, 30081));
        await using var other = Backend.Saying("ok", rig.Node(2));
        await rig.ApplyAsync(Edge(rig.Network, ["i-0a1:30080", "i-0a1:30081", "i-0a2:30080"], Mitigating).Listener(80, Forward("web")));
        foreach (var target in new[] { "i-0a1:30080", "i-0a1:30081", "i-0a2:30080" }) await rig.UntilAsync(target, "healthy");

        for (var i = 0; i < 200; i++) await rig.AskAsync("GET / HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n");
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(new AnomalyReport("anomalous", "yes"), rig.Report("i-0a1:30081").AnomalyDetection);
        Assert.Equal(new AnomalyReport("normal", "no"), rig.Report("i-0a1:30080").AnomalyDetection);
    }

    private Desk Desk((string, string)[] attributes) => new(Edge(18, ["i-0a1:1", "i-0a1:2", "i-0a2:1"], attributes).Listener(80, Forward("web")), time);

    private static Edge Edge(byte network, string[] targets, (string Key, string Value)[] attributes) => new Edge(network).Group(new TargetGroup
    {
        TargetGroupArn = AwsNames.TargetGroupArn(Scope, "web"), Name = "web", Port = 30080,
        Targets = [.. targets.Select(t => t.Split(':')).Select(t => new TargetDescription(t[0], int.Parse(t[1], null)))],
        Attributes = attributes.Append(("load_balancing.algorithm.type", "weighted_random")).ToDictionary(a => a.Item1, a => a.Item2),
    });

    private static TargetGroupPlan[] Groups(string algorithm) => [.. new Edge().Group("web", ["i-0a1"], algorithm).CompileValid().Get<LoadBalancerSnapshot>().TargetGroups];

    /// <summary>Ten seconds with twenty requests to each target, those to the first one failing or not; its weight afterwards.</summary>
    private double Round(Desk desk, bool failing)
    {
        for (var target = 0; target < 3; target++)
        {
            for (var i = 0; i < 20; i++) desk.Target("web", target).Watch!.Outcomes.Add(failing && target == 0);
        }

        time.Advance(TimeSpan.FromSeconds(10));
        return desk.Table.Of(desk.Snapshot.TargetGroups[0]).Standings!.Value[0].Weight;
    }

    private static double[] Shares(Desk desk)
    {
        var counts = new int[3];
        for (var i = 0; i < 10_000; i++)
        {
            // The target is drawn by the low half.
            counts[desk.Decide(Ask.For("GET http://a.example.com/"), new Draw((ulong)(i / 10_000.0 * uint.MaxValue))).Choice.Target]++;
        }

        return [.. counts.Select(c => c / 10_000.0)];
    }

    private static OutcomeCount Count(string text) => new(int.Parse(text.Split('/')[1], null), int.Parse(text.Split('/')[0], null));
}
