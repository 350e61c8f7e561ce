namespace Usher.Pod.Tests;

/// <summary>The kubelet's back-off: 0, 10, 20, 40, … 300 seconds, forgotten after more than ten minutes of running.</summary>
public sealed class BackOffTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Doubles_to_five_minutes()
    {
        var backOff = new CrashBackOff();
        var now = Start;
        var delays = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var delay = backOff.Ended(now);
            delays.Add(delay.TotalSeconds);
            now += delay;
            backOff.Restarted(now);
            now += TimeSpan.FromSeconds(3);
        }

        Assert.Equal([0, 10, 20, 40, 80, 160, 300, 300, 300], delays);
    }

    [Theory]
    [InlineData(600, 40)]
    [InlineData(601, 0)]
    public void Is_forgotten_after_more_than_ten_minutes(int ranSeconds, int expected)
    {
        var backOff = new CrashBackOff();
        for (var i = 0; i < 3; i++)
        {
            backOff.Ended(Start);
            backOff.Restarted(Start);
        }

        Assert.Equal(expected, backOff.Ended(Start.AddSeconds(ranSeconds)).TotalSeconds);
    }
}
