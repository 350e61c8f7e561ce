namespace Usher.Cli.Running;

/// <summary>What became of the saves that were read. Immutable; the next one makes the next.</summary>
/// <param name="Applied">How many run, the first load among them.</param>
/// <param name="Refused">How many were refused.</param>
/// <param name="LastSucceeded">Whether the last one runs.</param>
/// <param name="LastAt">When the last was decided; null before the first.</param>
/// <param name="LastAppliedAt">When the last was that runs; null before the first.</param>
internal sealed record Reloads(long Applied, long Refused, bool LastSucceeded, DateTimeOffset? LastAt, DateTimeOffset? LastAppliedAt)
{
    /// <summary>Before the first load.</summary>
    internal static Reloads None { get; } = new(0, 0, false, null, null);

    /// <summary>With one more that runs.</summary>
    internal Reloads WithApplied(DateTimeOffset at) => this with { Applied = Applied + 1, LastSucceeded = true, LastAt = at, LastAppliedAt = at };

    /// <summary>With one more that was refused.</summary>
    internal Reloads WithRefused(DateTimeOffset at) => this with { Refused = Refused + 1, LastSucceeded = false, LastAt = at };
}
