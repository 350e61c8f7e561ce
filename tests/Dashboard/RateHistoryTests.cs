using Usher.Dashboard.Live;
using Usher.Trace.Meters;

namespace Usher.Dashboard.Tests;

public sealed class RateHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rates_are_over_the_window_and_samples_over_a_second()
    {
        var history = new RateHistory();
        for (var second = 0; second <= 20; second++) history.Add(Reading(second, ok: 10 * second, failed: second > 19 ? 5 : 0));

        var now = history.Current.Now["load-balancer requests"];
        Assert.Equal(10.5, now.PerSecond, 3);
        Assert.Equal(0.5, now.FailedPerSecond, 3);
        var samples = history.Current.Series["load-balancer requests"];
        Assert.Equal(20, samples.Count);
        Assert.Equal((15, 5), (samples[^1].PerSecond, samples[^1].FailedPerSecond));
        Assert.Equal((10, 0), (samples[^2].PerSecond, samples[^2].FailedPerSecond));
    }

    [Fact]
    public void It_is_bounded_and_nothing_is_told_of_a_single_reading()
    {
        var history = new RateHistory();
        history.Add(Reading(0, 0, 0));
        Assert.Empty(history.Current.Now);

        for (var second = 1; second < RateHistory.Most * 2; second++) history.Add(Reading(second, second, 0));

        Assert.Equal(RateHistory.Most, history.Current.Series["load-balancer requests"].Count);
    }

    private static RoadReading Reading(int second, long ok, long failed) => new(
        Start.AddSeconds(second), [new HopReading("load-balancer", "requests", new MeterReading([0, 0, ok, 0, 0, failed], []))], new Dictionary<string, long>());
}
