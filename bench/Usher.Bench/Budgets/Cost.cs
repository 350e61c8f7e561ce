namespace Usher.Bench.Budgets;

/// <summary>What a hop allocates.</summary>
/// <param name="Hop">The hop, as in a journey.</param>
/// <param name="What">What was done: <c>decide</c>, <c>request</c>.</param>
/// <param name="Bytes">Bytes each time, without those in <paramref name="Others"/>.</param>
/// <param name="Others">Bytes that the client and the backend allocate without the hop between them; null where only the hop was there.</param>
internal sealed record Cost(string Hop, string What, double Bytes, double? Others = null)
{
    /// <summary>What comes on top of <paramref name="direct"/> by the way through the hop.</summary>
    internal static Cost Between(string hop, string what, Action through, Action direct, Effort effort)
    {
        var others = Meter.InProcess(direct, effort);
        return new Cost(hop, what, Math.Max(0, Meter.InProcess(through, effort) - others), others);
    }
}
