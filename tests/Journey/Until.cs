namespace Usher.Journey.Tests;

/// <summary>Waits for a condition, with a limit.</summary>
internal static class Until
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    internal static Task HoldsAsync(string what, Func<bool> condition) => HoldsAsync(what, () => Task.FromResult(condition()));

    internal static async Task HoldsAsync(string what, Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Tool.Limit) throw new TimeoutException($"not within {Tool.Limit.TotalSeconds} s: {what}");
            await Task.Delay(BetweenLooks, TestContext.Current.CancellationToken);
        }
    }
}
