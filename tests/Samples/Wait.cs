namespace Shop.Users.Tests;

/// <summary>Waiting for a condition, with a limit.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(BetweenLooks, TimeProvider.System, CancellationToken.None);
        }
    }

    public static async Task<T> ForAsync<T>(string what, Task<T> task)
    {
        try
        {
            return await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}");
        }
    }
}
