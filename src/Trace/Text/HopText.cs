using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>One hop's block: a line with its times, then what it decided, with the mark of its evidence on every line.</summary>
internal sealed class HopText(StringBuilder text, Journey journey, HopReport hop, TimelineStyle style, int width)
{
    private const int HopColumn = 20;
    private const int EvidenceColumn = 9;
    private const int TimesColumn = 21;
    private const int Margin = 5;

    private readonly Paint paint = new(style.Colour);

    /// <summary>Writes the block.</summary>
    public void Write()
    {
        Heading();
        Paragraph(hop.Told(), Plain);
        if (hop.OwnProblem(journey) is { } problem) Paragraph($"✗ {problem}", paint.Bad);
        if (EncryptionText.Of(hop) is { Length: > 0 } encryption) Paragraph(encryption, paint.Cool);
        Facts();
        if (hop.Request is { } request) Headers("→", request.Added, request.Rewritten, request.Removed);
        if (hop.Response is { } response) Headers("←", response.Added, response.Rewritten, response.Removed);
        WayBack();
        Reasons();
    }

    private void Heading()
    {
        var label = hop.Label().PadRight(HopColumn);
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{hop.Step,2} ").Append(Mark()).Append(' ');
        line.Append(hop.Ok ? paint.Bold(label) : paint.Bad(label)).Append(hop.Ok ? "   " : paint.Bad(" ✗ "));
        line.Append(paint.Dim(hop.Evidence.Name().PadRight(EvidenceColumn)));
        if (journey.StartedAt is not null) line.Append(Times()).Append(Bar());
        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private void Facts()
    {
        if (style.Verbose)
        {
            foreach (var fact in KeyFacts.All(hop)) Paragraph(fact, paint.Dim);
        }
        else if (KeyFacts.Line(hop) is { Length: > 0 } line)
        {
            Paragraph(line, paint.Dim);
        }
    }

    private void Headers(
        string way, IReadOnlyDictionary<string, string> added, IReadOnlyDictionary<string, string> rewritten, IReadOnlyList<string> removed)
    {
        if (style.Verbose)
        {
            foreach (var (name, value) in Sorted(added)) Paragraph($"{way} adds {name}: {value}", paint.Cool);
            foreach (var (name, value) in Sorted(rewritten)) Paragraph($"{way} rewrites {name}: {value}", paint.Cool);
            foreach (var name in removed) Paragraph($"{way} removes {name}", paint.Cool);
            return;
        }

        var changes = new List<string>();
        if (added.Count > 0) changes.Add($"adds {string.Join(", ", Sorted(added).Select(h => h.Key))}");
        if (rewritten.Count > 0) changes.Add($"rewrites {string.Join(", ", Sorted(rewritten).Select(h => h.Key))}");
        if (removed.Count > 0) changes.Add($"removes {string.Join(", ", removed)}");
        if (changes.Count > 0) Paragraph($"{way} {string.Join("; ", changes)}", paint.Cool);
    }

    /// <summary>The way back, one line for each hop that the answer passed.</summary>
    private void WayBack()
    {
        if (hop.Hop != Hop.Response || hop.Facts["hops"] is not JsonArray passed) return;
        foreach (var by in passed.OfType<JsonObject>())
        {
            var line = $"{by["hop"],-14}{by["status"],4}";
            if (by["firstByteMs"].Number() is { } first) line += $"  first byte {Columns.Milliseconds(first),8} ms";
            if (by["lastByteMs"].Number() is { } last) line += $"  last {Columns.Milliseconds(last),8} ms";
            var changes = by["changes"]?.ToString() ?? "";
            var fits = Margin + line.Length + 2 + changes.Length <= width;
            Put(Paint.Safe(fits ? $"{line}  {changes}" : line), Plain);
            if (fits) continue;
            foreach (var part in Columns.Wrap(Paint.Safe(changes), width - Margin - 20)) Put($"{"",20}{part}", Plain);
        }
    }

    /// <summary>All reasons, or those that tell most.</summary>
    private void Reasons()
    {
        var told = style.Verbose ? hop.Reasons : [.. TellingReasons.Of(hop)];
        foreach (var reason in told)
        {
            var (sign, colour) = reason.Chosen ? ("✓", (Func<string, string>)paint.Good) : ("✗", paint.Warn);
            var lines = Columns.Wrap(Paint.Safe($"{reason.Candidate}: {reason.Why}"), width - Margin - 4).ToList();
            for (var i = 0; i < lines.Count; i++) Put($"  {(i == 0 ? sign : " ")} {lines[i]}", colour);
        }

        if (!style.Verbose && TellingReasons.Left(hop, told.Count) is { } left) Put($"  {left}", paint.Dim);
    }

    private string Times()
    {
        var start = hop.StartMs is { } at ? Columns.Milliseconds(at) : "";
        var took = hop.DurationMs is { } duration ? $"{Columns.Milliseconds(duration)} ms" : "";
        return $"{start,9}{took,12}".PadRight(TimesColumn);
    }

    /// <summary>Where in the journey's time the hop had the request.</summary>
    private string Bar()
    {
        var cells = width - Margin - HopColumn - 3 - EvidenceColumn - TimesColumn - 2;
        if (cells < TimeScale.Narrowest || hop.StartMs is not { } start || hop.DurationMs is not { } took || journey.DurationMs is not > 0) return "";
        var (before, bar) = new TimeScale(journey.DurationMs.Value, cells).Bar(start, start + took);
        return "  " + before + (hop.Ok ? paint.Cool(bar) : paint.Bad(bar));
    }

    private void Paragraph(string content, Func<string, string> colour)
    {
        foreach (var part in Columns.Wrap(Paint.Safe(content), width - Margin)) Put(part, colour);
    }

    private void Put(string line, Func<string, string> colour) => text.Append($"   {Mark()} {colour(line.TrimEnd())}".TrimEnd()).Append('\n');

    private string Mark() => new EvidenceMark(hop, paint).ToString();

    private static string Plain(string line) => line;

    private static IEnumerable<KeyValuePair<string, string>> Sorted(IReadOnlyDictionary<string, string> headers) =>
        headers.OrderBy(h => h.Key, StringComparer.OrdinalIgnoreCase);
}
