using System.Globalization;
using System.Text;
using Usher.Trace.Meters;

namespace Usher.Trace.Text;

/// <summary>A target, as <c>usher top</c> shows it.</summary>
/// <param name="Group">Its target group.</param>
/// <param name="Name">The target.</param>
/// <param name="State">AWS's word: <c>healthy</c>, <c>unhealthy</c>, <c>draining</c>, …</param>
/// <param name="Outstanding">Requests that are on their way to it.</param>
/// <param name="Why">Why it isn't healthy; null when it is.</param>
public sealed record TopTarget(string Group, string Name, string State, int Outstanding, string? Why);

/// <summary>What <c>usher top</c> shows: for each hop how much came in the time between two readings, what went wrong and how long it took; then the targets, and the failures there were.</summary>
/// <param name="style">How.</param>
public sealed class TopText(TimelineStyle style)
{
    private const int MostOutcomes = 8;
    private readonly Paint paint = new(style.Colour);

    /// <summary>The whole picture, without a line's end behind the last.</summary>
    /// <param name="before">The reading before.</param>
    /// <param name="now">The last reading.</param>
    /// <param name="targets">The targets now.</param>
    /// <param name="generation">The generation that runs.</param>
    public string Of(RoadReading before, RoadReading now, IReadOnlyList<TopTarget> targets, long generation)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(targets);
        var seconds = Math.Max(0.001, (now.At - before.At).TotalSeconds);
        var text = new StringBuilder();
        Line(text, paint.Bold(string.Create(CultureInfo.InvariantCulture, $"generation {generation}, the last {seconds:0.#} s until {now.At.UtcDateTime:HH:mm:ss} UTC")));
        Line(text, "");
        Line(text, paint.Dim($"{"HOP",-26}{"/s",9}{"4xx/s",8}{"err/s",8}{"p50 ms",9}{"p90 ms",9}{"p99 ms",9}"));
        foreach (var (then, hop) in before.Hops.Zip(now.Hops))
        {
            // What this road never had is left out.
            if (hop.Meter.Count > 0) Line(text, Hop(hop, hop.Meter.Since(then.Meter), seconds));
        }

        if (now.Hops.All(h => h.Meter.Count == 0)) Line(text, paint.Dim("nothing has come yet"));
        Targets(text, targets);
        Outcomes(text, before, now, seconds);
        return text.ToString().TrimEnd('\n');
    }

    private string Hop(HopReading hop, MeterReading window, double seconds)
    {
        var name = Columns.Cut($"{hop.Hop} {(hop.Counts.StartsWith("as ", StringComparison.Ordinal) ? "(measured)" : hop.Counts)}", 25).PadRight(26);
        var (refused, failed) = (Rate(window.Refused, seconds).PadLeft(8), Rate(window.Failed, seconds).PadLeft(8));
        return $"{name}{Rate(window.Count, seconds),9}{(window.Refused > 0 ? paint.Warn(refused) : refused)}{(window.Failed > 0 ? paint.Bad(failed) : failed)}{Milliseconds(window, 50),9}{Milliseconds(window, 90),9}{Milliseconds(window, 99),9}";
    }

    private void Targets(StringBuilder text, IReadOnlyList<TopTarget> targets)
    {
        if (targets.Count == 0) return;
        var state = Math.Max(11, targets.Max(t => t.State.Length)) + 1;
        var (group, name) = (Math.Min(26, targets.Max(t => t.Group.Length) + 2), Math.Min(30, targets.Max(t => t.Name.Length) + 2));
        Line(text, "");
        Line(text, paint.Dim($"{"TARGET GROUP".PadRight(group)} {"TARGET".PadRight(name)}{"STATE".PadRight(state)}OUTSTANDING"));
        foreach (var t in targets)
        {
            var word = t.State.PadRight(state);
            var row = $"{Columns.Cut(Paint.Safe(t.Group), group - 1).PadRight(group)} {Columns.Cut(Paint.Safe(t.Name), name - 1).PadRight(name)}";
            var left = style.Width - row.Length - state - 13;
            var why = t.Why is null || left < 12 ? "" : "  " + Columns.Cut(Paint.Safe(t.Why), left);
            Line(text, $"{row}{(t.State == "healthy" ? paint.Good(word) : t.State.StartsWith("unhealthy", StringComparison.Ordinal) ? paint.Bad(word) : paint.Warn(word))}{t.Outstanding.ToString(CultureInfo.InvariantCulture),11}{paint.Dim(why)}");
        }
    }

    private void Outcomes(StringBuilder text, RoadReading before, RoadReading now, double seconds)
    {
        var failures = now.Outcomes.Select(o => (Code: o.Key, All: o.Value, New: o.Value - before.Outcomes.GetValueOrDefault(o.Key))).OrderByDescending(o => o.New).ThenByDescending(o => o.All).ThenBy(o => o.Code, StringComparer.Ordinal).ToList();
        if (failures.Count == 0) return;
        Line(text, "");
        Line(text, paint.Dim($"{"OUTCOME (the hops' own)",-48}{"/s",9}{"ALL",10}"));
        foreach (var (code, all, fresh) in failures.Take(MostOutcomes))
        {
            var row = $"{Columns.Cut(Paint.Safe(code), 47),-48}{Rate(fresh, seconds),9}{all.ToString(CultureInfo.InvariantCulture),10}";
            Line(text, fresh > 0 ? paint.Bad(row) : row);
        }

        if (failures.Count > MostOutcomes) Line(text, paint.Dim(string.Create(CultureInfo.InvariantCulture, $"and {failures.Count - MostOutcomes} more; usher journeys --failed lists them")));
    }

    private static void Line(StringBuilder text, string line) => text.Append(line.TrimEnd()).Append('\n');

    private static string Rate(long count, double seconds) => count == 0 ? "-" : (count / seconds).ToString(count / seconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Milliseconds(MeterReading window, double percent) => window.Percentile(percent) is { } at ? Columns.Milliseconds(at.TotalMilliseconds) : "-";
}
