namespace Usher.Bench.Budgets;

/// <summary>How much work a measurement is.</summary>
/// <param name="Calls">Calls in a round.</param>
/// <param name="Rounds">Rounds; the least of them counts, because whatever else a process does only adds.</param>
internal sealed record Effort(int Calls, int Rounds)
{
    /// <summary>For the figures that are committed.</summary>
    internal static Effort Full { get; } = new(10_000, 7);

    /// <summary>For a test.</summary>
    internal static Effort Quick { get; } = new(1_000, 5);

    /// <summary>For calls that open connections: few enough to leave ports for others.</summary>
    internal Effort Connections => this with { Calls = Calls / 20 };
}

/// <summary>Counts bytes allocated on the managed heap.</summary>
internal static class Meter
{
    /// <summary>Bytes a call that stays on its thread, exact.</summary>
    internal static double OnThread(Action call, Effort effort) => Least(call, effort, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>Bytes a call, those of all threads.</summary>
    internal static double InProcess(Action call, Effort effort) => Least(call, effort, () => GC.GetTotalAllocatedBytes(precise: true));

    private static double Least(Action call, Effort effort, Func<long> allocated)
    {
        // The first round only warms up.
        var least = double.MaxValue;
        for (var round = 0; round <= effort.Rounds; round++)
        {
            var before = allocated();
            for (var i = 0; i < effort.Calls; i++) call();
            var bytes = (double)(allocated() - before) / effort.Calls;
            if (round > 0) least = Math.Min(least, bytes);
        }

        return least;
    }
}
