namespace Usher.Model.Journeys;

/// <summary>The random draw that a decision was given. Recorded, so that the decision can be replayed.</summary>
/// <param name="Value">64 random bits.</param>
public readonly record struct Draw(ulong Value)
{
    /// <summary>A fresh draw.</summary>
    public static Draw Random() => new((ulong)System.Random.Shared.NextInt64(long.MinValue, long.MaxValue));

    /// <summary>The draw as an index below <paramref name="count"/>, each equally likely.</summary>
    public int Below(int count) => (int)Math.BigMul(Value, (ulong)count, out _);

    /// <summary>Another draw that follows from this one: as good as independent of it, and the same each time (the mixing step of SplitMix64).</summary>
    /// <param name="which">Which of them.</param>
    public Draw Another(int which)
    {
        var mixed = Value + (0x9E3779B97F4A7C15 * (ulong)(uint)which);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Draw(mixed ^ (mixed >> 31));
    }
}
