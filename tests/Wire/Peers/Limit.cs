namespace Usher.Wire.Tests.Peers;

/// <summary>How long a test waits for anything: nothing here takes nearly as long unless it is broken.</summary>
internal static class Limit
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>Waits for a condition that something else is about to make true.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Wait);
        while (!condition()) await Task.Delay(1, limit.Token);
    }
}
