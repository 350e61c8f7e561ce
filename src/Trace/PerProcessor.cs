using System.Numerics;

namespace Usher.Trace;

/// <summary>
/// One of something for each processor, so that two of them don't write to one line of the cache: what is counted for every request would mostly wait for that. A thread may be moved to another processor at any time,
/// so who writes does it atomically all the same.
/// </summary>
/// <param name="make">Makes one.</param>
internal sealed class PerProcessor<T>(Func<T> make)
{
    /// <summary>How many there are: a power of two.</summary>
    public static int Count { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    private readonly T[] all = [.. Enumerable.Range(0, Count).Select(_ => make())];

    /// <summary>This processor's.</summary>
    public T Own => all[Thread.GetCurrentProcessorId() & (all.Length - 1)];

    /// <summary>Those of all processors.</summary>
    public IReadOnlyList<T> All => all;
}
