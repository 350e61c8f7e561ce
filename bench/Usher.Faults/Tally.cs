using System.Collections.Concurrent;

namespace Usher.Faults;

/// <summary>What became of the requests: as it should be, or not, and of those the first few words.</summary>
/// <param name="enough">How many answers are.</param>
/// <param name="end">Called when they are there.</param>
internal sealed class Tally(long enough, Action end)
{
    private const int Told = 10;
    private readonly ConcurrentDictionary<string, (long Right, long Wrong)> counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> wrong = new();
    private long answers;

    internal void Right(Fault kind)
    {
        counts.AddOrUpdate(kind.Name, (1, 0), (_, c) => (c.Right + 1, c.Wrong));
        if (Interlocked.Increment(ref answers) == enough) end();
    }

    internal void Wrong(Fault kind, string how)
    {
        counts.AddOrUpdate(kind.Name, (0, 1), (_, c) => (c.Right, c.Wrong + 1));
        if (wrong.Count < Told) wrong.Enqueue($"{kind.Name}: {how}");
    }

    /// <summary>A line for each kind, and the sum; true when every answer was the right one, and there were some.</summary>
    internal bool Print(TextWriter output)
    {
        foreach (var kind in Fault.All)
        {
            if (counts.TryGetValue(kind.Name, out var count)) output.WriteLine($"{kind.Name,-14} {count.Right,9} right {count.Wrong,6} wrong");
        }

        foreach (var line in wrong) output.WriteLine($"wrong: {line}");
        var (right, failed) = (counts.Values.Sum(c => c.Right), counts.Values.Sum(c => c.Wrong));
        output.WriteLine($"{"all",-14} {right,9} right {failed,6} wrong");
        return right > 0 && failed == 0;
    }
}
