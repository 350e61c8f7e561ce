using System.Text.Json.Serialization;

namespace Usher.Model.Journeys;

/// <summary>Something a hop considered, and why it won or lost.</summary>
/// <param name="Candidate">What was considered: <c>rule 5</c>, <c>i-0a1:30080</c>.</param>
/// <param name="Chosen">Whether it won.</param>
/// <param name="Why">Why, in words that name the value found and the value wanted.</param>
public sealed record Reason(string Candidate, bool Chosen, string Why)
{
    /// <summary>Whether a reader is to be told without asking for all reasons: a surprise, a conflict between objects that one of them lost, a canary's draw.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Notable { get; init; }
}

/// <summary>
/// Where <c>Decide</c> puts its reasons. A type parameter of every decision: with <see cref="NoReasons"/> the JIT removes the
/// guarded code, so that live traffic pays nothing for explanations.
/// </summary>
public interface IReasonSink
{
    /// <summary>Whether anybody reads them. Guard every <see cref="Add"/> with it, so that no text is made for nobody.</summary>
    static abstract bool Wanted { get; }

    /// <summary>Notes a candidate.</summary>
    /// <param name="candidate">What was considered.</param>
    /// <param name="chosen">Whether it won.</param>
    /// <param name="why">Why.</param>
    /// <param name="notable">Whether it is told without asking for all reasons (<see cref="Reason.Notable"/>).</param>
    void Add(string candidate, bool chosen, string why, bool notable = false);
}

/// <summary>The empty sink of live traffic.</summary>
public readonly struct NoReasons : IReasonSink
{
    /// <inheritdoc/>
    public static bool Wanted => false;

    /// <inheritdoc/>
    public void Add(string candidate, bool chosen, string why, bool notable = false)
    {
    }
}

/// <summary>Keeps the reasons, for <c>explain</c>, the journey and the tests.</summary>
public readonly struct ReasonList() : IReasonSink
{
    private readonly List<Reason> reasons = [];

    /// <inheritdoc/>
    public static bool Wanted => true;

    /// <summary>The reasons in the order in which they were considered.</summary>
    public IReadOnlyList<Reason> All => reasons;

    /// <inheritdoc/>
    public void Add(string candidate, bool chosen, string why, bool notable = false) => reasons.Add(new Reason(candidate, chosen, why) { Notable = notable });
}
