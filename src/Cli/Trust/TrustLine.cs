namespace Usher.Cli.Trust;

/// <summary>What became of one store.</summary>
internal enum TrustOutcome
{
    /// <summary>It was changed.</summary>
    Done,

    /// <summary>It was so already.</summary>
    Already,

    /// <summary>It would be changed (<c>--dry-run</c>).</summary>
    Would,

    /// <summary>It isn't on this machine.</summary>
    Absent,

    /// <summary>It couldn't be changed.</summary>
    Failed,
}

/// <summary>What was done to one store, or could not be.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Store">Which store.</param>
/// <param name="Text">What was done; for a failure why, and the way out.</param>
internal sealed record TrustLine(TrustOutcome Outcome, string Store, string Text)
{
    /// <summary>For a person.</summary>
    public override string ToString() => $"{(Outcome switch { TrustOutcome.Done => "✓", TrustOutcome.Failed => "✗", TrustOutcome.Would => "→", _ => "·" })} {Store}: {Text}";
}
