namespace Usher.Pod.Tests;

/// <summary>Waits for conditions, with a limit.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

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

    /// <summary>Lets a faked clock run in steps until a condition holds. Whom a step wakes is waited for, as long as a busy machine may take, until it waits for the clock again.</summary>
    /// <returns>How much it had to run.</returns>
    public static async Task<TimeSpan> Advance(Clock time, TimeSpan step, Func<bool> condition, string what)
    {
        var passed = TimeSpan.Zero;
        await Rests(() => time.Waiting > 0);
        for (var i = 0; i < 2000; i++)
        {
            if (condition()) return passed;
            var (set, rung) = (time.Set, time.Rung);
            time.Advance(step);
            passed += step;
            if (time.Rung != rung) await Rests(() => time.Set != set);
        }

        Assert.Fail($"waited in vain until {what}");
        return passed;

        // Who is woken may also have nothing more to wait for, or go on waiting for the same.
        async Task Rests(Func<bool> waits)
        {
            for (var (looks, waited) = (0, 0); looks < 200 && waited < 4 && !condition(); looks++)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
                if (waits()) waited++;
            }
        }
    }
}
