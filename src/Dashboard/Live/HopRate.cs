using Usher.Trace.Meters;

namespace Usher.Dashboard.Live;

/// <summary>What a hop did in a stretch of time.</summary>
/// <param name="PerSecond">How much came, a second.</param>
/// <param name="RefusedPerSecond">How much of it got a 4xx.</param>
/// <param name="FailedPerSecond">How much got a 5xx, or nothing.</param>
/// <param name="P50">What half of it didn't exceed; null where nothing was measured.</param>
/// <param name="P99">What 99 of 100 didn't exceed.</param>
public readonly record struct HopRate(double PerSecond, double RefusedPerSecond, double FailedPerSecond, TimeSpan? P50, TimeSpan? P99)
{
    /// <summary>Which part of what came failed, from 0 to 1.</summary>
    public double FailedShare => PerSecond > 0 ? FailedPerSecond / PerSecond : 0;

    /// <summary>Which part of what came was refused, from 0 to 1.</summary>
    public double RefusedShare => PerSecond > 0 ? RefusedPerSecond / PerSecond : 0;

    /// <summary>Between two readings of a hop.</summary>
    /// <param name="before">The earlier.</param>
    /// <param name="now">The later.</param>
    /// <param name="elapsed">The time between them.</param>
    public static HopRate Between(MeterReading before, MeterReading now, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(now);
        var (window, seconds) = (now.Since(before), Math.Max(0.001, elapsed.TotalSeconds));
        return new HopRate(window.Count / seconds, window.Refused / seconds, window.Failed / seconds, window.Percentile(50), window.Percentile(99));
    }
}
