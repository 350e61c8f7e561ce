namespace Usher.Doorway.Files.Watching;

/// <summary>
/// What happened since manifests were last read, and when they may be read. A file that was closed or moved there once, with nothing else beside it, is likely whole, and read after
/// <see cref="Settle"/>. All else may be one of several steps (a file written in parts, a folder checked out) and is read once it is quiet for <see cref="Quiet"/>.
/// </summary>
internal sealed class SaveBurst
{
    /// <summary>How long a file that was closed or moved there stays alone to be read at once: programs that save several do so sooner.</summary>
    internal static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(1);

    /// <summary>How long nothing must have happened before a save of several steps is read.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(60);

    /// <summary>The longest that a save is held back while more keeps happening, or a file that was written to isn't closed.</summary>
    internal static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> touched = new(StringComparer.Ordinal);

    // Written to and not closed since: somebody is in the middle of it.
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private TimeSpan first;
    private TimeSpan last;
    private int completed;
    private bool isComplete;
    private bool isUnknown;
    private bool isOfSteps;

    /// <summary>Whether nothing happened.</summary>
    internal bool IsEmpty { get; private set; } = true;

    /// <summary>When to read, if nothing more happens.</summary>
    internal TimeSpan Due => IsWhole ? last + Settle : open.Count > 0 ? first + AtLatest : Min(last + Quiet, first + AtLatest);

    /// <summary>What is to be read.</summary>
    internal ManifestChange Change => new(IsWhole ? touched.Single() : null, isUnknown ? null : touched);

    private bool IsWhole => isComplete && completed == 1 && touched.Count == 1 && !isUnknown && !isOfSteps;

    /// <summary>Adds an event.</summary>
    /// <param name="what">The event.</param>
    /// <param name="now">When, on a clock that never goes back.</param>
    internal void Add(FileEvent what, TimeSpan now)
    {
        Begin(now);
        if (what.Change == FileChange.Unknown) isUnknown = true;
        else touched.Add(what.Path);
        isOfSteps |= what.IsFolder;
        switch (what.Change)
        {
            case FileChange.Closed or FileChange.Arrived:
                completed++;
                isComplete = true;
                break;
            case FileChange.Attributes: break;
            default:
                isComplete = false;
                break;
        }

        if (what.Change == FileChange.Written) open.Add(what.Path);
        else if (what.Change is FileChange.Closed or FileChange.Arrived or FileChange.Left) open.Remove(what.Path);
    }

    /// <summary>Adds what was taken to be whole and isn't: it is one of several steps.</summary>
    internal void Add(ManifestChange change, TimeSpan now)
    {
        Begin(now);
        if (change.Touched is { } paths) touched.UnionWith(paths);
        else isUnknown = true;
        isOfSteps = true;
    }

    private void Begin(TimeSpan now)
    {
        if (IsEmpty) first = now;
        (IsEmpty, last) = (false, now);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
