using CsCheck;
using Usher.Dashboard.Targets;
using Usher.Model.Contracts;

namespace Usher.Dashboard.Tests;

public sealed class TargetHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_change_is_kept_with_its_time_and_a_look_without_one_is_not()
    {
        var history = new TargetHistory();
        history.Add([Report("initial")], Start);
        history.Add([Report("healthy")], Start.AddSeconds(1));
        history.Add([Report("healthy", outstanding: 3)], Start.AddSeconds(2));
        history.Add([Report("unhealthy")], Start.AddSeconds(3));
        history.Add([], Start.AddSeconds(4));

        var life = Assert.Single(history.Current);
        Assert.Equal(["initial 0", "healthy 1", "unhealthy 3", "gone 4"], life.Changes.Select(c => $"{c.State} {(c.At - Start).TotalSeconds}"));
        Assert.Null(life.Now);
    }

    [Fact]
    public void What_it_has_now_is_the_last_report()
    {
        var history = new TargetHistory();
        history.Add([Report("healthy")], Start);
        history.Add([Report("healthy", outstanding: 7)], Start.AddSeconds(1));

        Assert.Equal(7, history.Current.Single().Now!.Outstanding);
    }

    [Fact]
    public void A_stretch_is_covered_from_the_first_change_on_without_a_gap() => Gen.Int[0, 3].Array[1, 60].Sample(looks =>
    {
        var states = new[] { "initial", "healthy", "unhealthy", "draining" };
        var history = new TargetHistory();
        for (var i = 0; i < looks.Length; i++) history.Add([Report(states[looks[i]])], Start.AddSeconds(i));
        var (from, to) = (Start.AddSeconds(5), Start.AddSeconds(70));

        var parts = history.Current.Single().Between(from, to).ToList();

        Assert.Equal((from, to), (parts[0].From, parts[^1].To));
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        foreach (var part in parts) Assert.All(Enumerable.Range(0, looks.Length).Where(i => Start.AddSeconds(i) >= part.From && Start.AddSeconds(i) < part.To), i => Assert.Equal(states[looks[i]], part.Change.State));
    });

    [Fact]
    public void It_is_bounded()
    {
        var history = new TargetHistory();
        for (var i = 0; i < 500; i++) history.Add([Report(i % 2 == 0 ? "healthy" : "unhealthy")], Start.AddSeconds(i));
        Assert.Equal(TargetHistory.MostChanges, history.Current.Single().Changes.Count);

        for (var i = 0; i < 3; i++) history.Add([.. Enumerable.Range(0, 4_000).Select(n => Report("healthy") with { Target = $"{i}-{n}" })], Start.AddSeconds(1000 + i));
        Assert.InRange(history.Current.Count, 4_000, TargetHistory.MostTargets);
    }

    private static TargetHealthReport Report(string state, int outstanding = 0) => new("shop", "i-1:80", state, null, null, outstanding);
}
