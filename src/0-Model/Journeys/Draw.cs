namespace Usher.Model.Journeys;

/// <summary>The random draw that a decision was given. Recorded, so that the decision can be replayed.</summary>
/// <param name="Value">64 random bits.</param>
public readonly record struct Draw(ulong Value)
{
    /// <summary>A fresh draw.</summary>
    public static Draw Random() => new((ulong)System.Random.Shared.NextInt64(long.MinValue, long.MaxValue));

    /// <summary>The draw as an index below <paramref name="count"/>, each equally likely.</summary>
    public int Below(int count) => (int)Math.BigMul(Value, (ulong)count, out _);
}
