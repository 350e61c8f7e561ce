using Microsoft.Extensions.Time.Testing;

namespace Usher.Pod.Tests;

/// <summary>Waits for conditions, with a limit.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);

    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"waited in vain until {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets a faked clock run in steps until a condition holds.</summary>
    /// <returns>How much it had to run.</returns>
    public static async Task<TimeSpan> Advance(FakeTimeProvider time, TimeSpan step, Func<bool> condition, string what)
    {
        var passed = TimeSpan.Zero;
        for (var i = 0; i < 2000; i++)
        {
            // Work that the last step set off runs on other threads.
            for (var j = 0; j < 4 && !condition(); j++) await Task.Delay(1, TestContext.Current.CancellationToken);
            if (condition()) return passed;
            time.Advance(step);
            passed += step;
        }

        Assert.Fail($"waited in vain until {what}");
        return passed;
    }
}
