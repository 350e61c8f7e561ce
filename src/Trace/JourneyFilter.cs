using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>Which journeys are wanted. What isn't asked for takes all.</summary>
public sealed record JourneyFilter
{
    /// <summary>Takes every journey.</summary>
    public static JourneyFilter All { get; } = new();

    /// <summary>Only those whose outcome isn't <c>ok</c>.</summary>
    public bool Failed { get; init; }

    /// <summary>Only those of one visit of a browser; null for all.</summary>
    public string? Visit { get; init; }

    /// <summary>Only those with one of these statuses; empty for all. <see cref="StatusRange.None"/> is an answer that never came.</summary>
    public IReadOnlyList<StatusRange> Statuses { get; init; } = [];

    /// <summary>Only those that ended at this hop: it answered, or something went wrong there; null for all.</summary>
    public Hop? Hop { get; init; }

    /// <summary>Only those whose path begins so, or, with a <c>*</c> in it, matches; without regard to the query; null for all.</summary>
    public string? Path { get; init; }

    /// <summary>Only those that took longer; null for all.</summary>
    public TimeSpan? SlowerThan { get; init; }

    /// <summary>Only those that this generation of the road served; null for all.</summary>
    public long? Generation { get; init; }

    /// <summary>Whether a journey is wanted.</summary>
    public bool Takes(Journey journey) => Takes(JourneyHeadline.Of(journey));

    /// <summary>The same by what a list shows of it.</summary>
    public bool Takes(JourneyHeadline journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return (!Failed || journey.Outcome != "ok")
            && (Visit is null || journey.Visit == Visit)
            && (Generation is null || journey.Generation == Generation)
            && (journey is { Status: null, AnsweredBy: not null } ? Statuses.Count == 0 : TakesStatus(journey.Status ?? 0))
            && (Hop is null || EndedAt(journey, Hop.Value))
            && (Path is null || TakesPath(PathOf(journey.Url)))
            && (SlowerThan is null || journey.DurationMs > SlowerThan.Value.TotalMilliseconds);
    }

    /// <summary>Whether the journey of a request may be wanted, by what its record alone tells: false is certain.</summary>
    internal bool MayTake(RequestRecord first, TimeProvider time) =>
        TakesStatus(first.Status) && (Generation is null || first.Generation.Number == Generation) && (Path is null || TakesPath(PathOf(first.Target)))
        // Of a connection's first request the record doesn't have what came before: the name, the handshake, a client that waited.
        && (SlowerThan is null || first.RequestOnConnection == 1 || time.GetElapsedTime(first.StartedAt, first.EndedAt) * 2 + TimeSpan.FromSeconds(1) > SlowerThan);

    private bool TakesStatus(int status) => Statuses.Count == 0 || Statuses.Any(s => s.Has(status));

    private bool TakesPath(string path) =>
        Path!.Contains('*', StringComparison.Ordinal) ? System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Path, path, ignoreCase: false) : path.StartsWith(Path, StringComparison.Ordinal);

    private static bool EndedAt(JourneyHeadline journey, Hop hop) => journey.AnsweredBy == hop.Name() || hop.Owns(journey.Outcome);

    private static string PathOf(string url)
    {
        var whole = url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? url[..query] : url;
        var scheme = whole.StartsWith('/') ? -1 : whole.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? whole : whole.IndexOf('/', scheme + 3) is >= 0 and var at ? whole[at..] : "/";
        return path.Length == 0 ? "/" : path;
    }
}
