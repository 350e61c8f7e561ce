using System.Globalization;
using System.Text;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>
/// A journey, or an explanation, as a person reads it in a terminal: what came of it first, then one block for each hop with its
/// decision, times and the most telling reason. A mark on every line says how it is known. Text that came over the wire can't steer the
/// terminal: control characters are written out.
/// </summary>
public static class TimelineText
{
    private const int Narrowest = 60;
    private const int NameColumn = 8;

    /// <summary>Writes a journey; one without times is written as the explanation that it is.</summary>
    public static string Of(Journey journey, TimelineStyle style)
    {
        var text = new StringBuilder();
        var width = Math.Max(style.Width, Narrowest);
        var paint = new Paint(style.Colour);
        Head(text, journey, paint, width);
        if (journey.StartedAt is not null && !style.Verbose)
        {
            text.Append('\n');
            new RoadDrawing(text, journey, style, width).Draw();
        }
        else
        {
            foreach (var hop in journey.Hops)
            {
                text.Append('\n');
                new HopText(text, journey, hop, style, width).Write();
            }
        }

        text.Append('\n');
        Lines(text, EvidenceMark.Legend, width, paint.Dim);
        return text.ToString();
    }

    /// <summary>The status that the client got, or that there was none; null where neither is known, as in an explanation.</summary>
    public static string? Status(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return journey.Status?.ToString(CultureInfo.InvariantCulture) ?? (journey.StartedAt is not null && journey.AnsweredBy is null ? "no answer" : null);
    }

    /// <summary>What came of it, in a line: <c>✓ ok in 9.80 ms, answered by pod, generation 1</c>.</summary>
    public static string Result(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        var timed = journey.StartedAt is not null;
        var result = new List<string> { journey.DurationMs is { } total ? $"{journey.Outcome} in {Columns.Milliseconds(total)} ms" : journey.Outcome };
        if (journey.AnsweredBy is { } who) result.Add($"{(timed ? "answered" : "to be answered")} by {who}");
        if (!timed) result.Add("explained, not sent");
        if (journey.Generation > 0) result.Add($"generation {journey.Generation}");
        return (journey.Outcome == "ok" ? "✓ " : "✗ ") + string.Join(", ", result);
    }

    private static void Head(StringBuilder text, Journey journey, Paint paint, int width)
    {
        var (timed, ok, status) = (journey.StartedAt is not null, journey.Outcome == "ok", Status(journey));
        Lines(text, $"{journey.Method} {journey.Url}{(status is null ? "" : $" → {status}")}", width, paint.Bold);
        Lines(text, Result(journey), width, ok ? paint.Good : paint.Bad);
        if (timed) Lines(text, journey.Id, width, paint.Dim);
        if (ok && journey.Problem is null) return;
        text.Append('\n');
        if (timed && !ok) Named("road", FailedRoad.Of(journey), width, text, static s => s);
        if (journey.Problem is { } problem) Named("why", problem, width, text, ok ? paint.Warn : paint.Bad);
        if (!ok && OutcomePage.Find(journey.Outcome) is { } outcome) Named("do", outcome.ToDo, width, text, static s => s);
    }

    private static void Named(string name, string content, int width, StringBuilder text, Func<string, string> colour)
    {
        foreach (var part in Columns.Wrap(Paint.Safe(content), width - NameColumn))
        {
            text.Append($"  {name}".PadRight(NameColumn)).Append(colour(part.Replace(Columns.NoBreak, ' '))).Append('\n');
            name = "";
        }
    }

    private static void Lines(StringBuilder text, string content, int width, Func<string, string> colour)
    {
        foreach (var part in Columns.Wrap(Paint.Safe(content), width)) text.Append(colour(part)).Append('\n');
    }
}
