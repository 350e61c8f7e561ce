namespace Usher.Pod;

/// <summary>Whole seconds of the API as spans that timers take.</summary>
internal static class Spans
{
    // Timers count milliseconds in 32 bits.
    private const long Most = 4_000_000;

    /// <summary>Seconds, 0 to 46 days.</summary>
    public static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Most));
}
