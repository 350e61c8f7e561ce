using Microsoft.Extensions.Time.Testing;

namespace Usher.Wire.Tests.Peers;

/// <summary>How long a test waits for anything: nothing here takes nearly as long unless it is broken.</summary>
internal static class Limit
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    /// <summary>Waits for a condition that something else is about to make true.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Wait);
        while (!condition()) await Task.Delay(1, limit.Token);
    }

    /// <summary>Lets a faked clock run until something that waits for it is there.</summary>
    public static async Task<T> AdvanceAsync<T>(FakeTimeProvider time, Task<T> waiting)
    {
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });
        return await waiting;
    }
}
