using System.Globalization;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>
/// Journeys as a table, a line for each: when, what came of it, how long it took, what was asked, who answered or where it stopped, and the last digits of its id, by which
/// <see cref="JourneyBook.FindAll"/> knows it.
/// </summary>
/// <param name="style">How.</param>
public sealed class JourneyTable(TimelineStyle style)
{
    private const int IdDigits = 8;
    private const int TookColumn = 7;
    private readonly Paint paint = new(style.Colour);

    /// <summary>Nothing is cut or lined up, and ids are whole: for programs, and for who searches.</summary>
    public bool Whole { get; init; }

    /// <summary>With room for it: times to the millisecond, and names of pods in full.</summary>
    private bool IsWide => style.Width >= 110;

    private int Time => IsWide ? 13 : 9;

    private int By => IsWide ? 38 : 24;

    // What is asked gets the columns that the others leave.
    private int Asked => Math.Max(16, style.Width - Time - 4 - TookColumn - 2 - By - IdDigits);

    /// <summary>The names of the columns.</summary>
    public string Heading => paint.Dim($"{"TIME".PadRight(Time)}{"ST",-4}{"MS",TookColumn}  {"REQUEST".PadRight(Asked)}{"BY".PadRight(By)}ID");

    /// <summary>A journey's line.</summary>
    public string Line(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        var ok = journey.Outcome == "ok";
        if (Whole)
        {
            return Paint.Safe(string.Create(CultureInfo.InvariantCulture,
                $"{journey.StartedAt?.UtcDateTime:HH:mm:ss.fff} {journey.Status?.ToString(CultureInfo.InvariantCulture) ?? "---"} {journey.DurationMs,7:0.0} ms {journey.Method} {journey.Url}  {journey.Id}  {(ok ? Answered(journey) : journey.Outcome)}").TrimEnd());
        }

        var time = (journey.StartedAt?.UtcDateTime.ToString(IsWide ? "HH:mm:ss.fff" : "HH:mm:ss", CultureInfo.InvariantCulture) ?? "").PadRight(Time);
        var status = (journey.Status?.ToString(CultureInfo.InvariantCulture) ?? "---").PadRight(4);
        var took = (journey.DurationMs is { } ms ? Columns.Milliseconds(ms) : "").PadLeft(TookColumn);
        var by = Columns.Cut(Paint.Safe(ok ? Answered(journey) : journey.Outcome), By - 1).PadRight(By);
        return $"{time}{(ok ? paint.Good(status) : paint.Bad(status))}{took}  {Request(journey).PadRight(Asked)}{(ok ? by : paint.Bad(by))}{paint.Dim(ShortId(journey))}";
    }

    /// <summary>Method, host and path; of what is too wide the host is shortened first, since the path tells more.</summary>
    private string Request(Journey journey)
    {
        var url = WithoutScheme(journey.Url);
        var host = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + "://".Length : 0;
        var (width, slash) = (Asked - 1 - journey.Method.Length - 1, url.IndexOf('/', host));
        if (url.Length > width && slash > 0) url = $"{Columns.Cut(url[..slash], Math.Max(4, width - (url.Length - slash)))}{url[slash..]}";
        return Columns.Cut(Paint.Safe($"{journey.Method} {url}"), Asked - 1);
    }

    /// <summary>A line for journeys that aren't told, since they came faster than anybody reads.</summary>
    /// <param name="count">How many.</param>
    public string Skipped(long count) => paint.Dim(string.Create(CultureInfo.InvariantCulture, $"… {count} more: they come faster than anybody reads; filters (--failed, --status, --path, --slower-than) show what matters"));

    /// <summary>The end of an id.</summary>
    private static string ShortId(Journey journey) => Paint.Safe(journey.Id.Length <= IdDigits ? journey.Id : journey.Id[^IdDigits..]);

    /// <summary>https goes without saying.</summary>
    private static string WithoutScheme(string url) => url.StartsWith("https://", StringComparison.Ordinal) ? url["https://".Length..] : url;

    /// <summary>Who answered: a pod by its name.</summary>
    private static string Answered(Journey journey) =>
        journey.Hops.LastOrDefault(h => h.Hop.Name() == journey.AnsweredBy) is { Name: { Length: > 0 } name } ? name[(name.LastIndexOf('/') + 1)..] : journey.AnsweredBy ?? "";
}
