using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace.Journeys;

/// <summary>
/// Step 8: the application's own spans. The first server span is the application; what it called follows, depth first. A span is
/// <c>seen</c>: the application recorded it itself.
/// </summary>
internal static class ApplicationHops
{
    /// <summary>How far a span's start may lie outside the request's time: two clocks are read for one moment.</summary>
    private const double SlackMs = 5;

    private const int LongestStatement = 60;

    /// <summary>Spans of this request, out of a trace that may hold several requests.</summary>
    public static IReadOnlyList<ReportedSpan> Within(IReadOnlyList<ReportedSpan> trace, double fromMs, double toMs, Clock clock) =>
        [.. trace.Where(s => clock.At(s.StartedOn) >= fromMs - SlackMs && clock.At(s.StartedOn) <= toMs + SlackMs)];

    /// <summary>Whether the span that a request enters the application by is there: it ends last, so the others are too.</summary>
    public static bool Complete(IReadOnlyList<ReportedSpan> spans) => spans.Any(s => s.Kind is SpanKind.Server or SpanKind.Consumer);

    /// <summary>One hop for each span.</summary>
    public static IEnumerable<HopReport> Tell(IReadOnlyList<ReportedSpan> spans, Clock clock)
    {
        var known = spans.Select(s => s.SpanId).ToHashSet();
        var children = spans.Where(s => s.ParentId is not null && known.Contains(s.ParentId)).ToLookup(s => s.ParentId!);
        var roots = spans.Where(s => s.ParentId is null || !known.Contains(s.ParentId))
            .OrderBy(s => s.Kind == SpanKind.Server ? 0 : 1).ThenBy(s => s.StartedOn);
        // Spans that descend from each other have no root among these, and are left out.
        var waiting = new Stack<ReportedSpan>(roots.Reverse());
        while (waiting.TryPop(out var span))
        {
            yield return Tell(span, clock);
            foreach (var child in children[span.SpanId].OrderByDescending(s => s.StartedOn)) waiting.Push(child);
        }
    }

    private static HopReport Tell(ReportedSpan span, Clock clock)
    {
        var start = clock.At(span.StartedOn);
        var facts = new JsonObject { ["spanId"] = span.SpanId };
        if (span.ParentId is not null) facts["parentSpanId"] = span.ParentId;
        facts["service.name"] = span.Service;
        facts["kind"] = span.Kind.ToString().ToLowerInvariant();
        facts["status"] = span.Failed ? "error" : "ok";
        if (span.StatusMessage is { Length: > 0 } message) facts["statusMessage"] = message;
        foreach (var (name, value) in span.Attributes) facts[name] = ReportedSpan.Json(value);
        return new HopAccount(Hop.Application, $"{span.Service}: {What(span)}", Decision(span)) { Facts = facts, Ok = !span.Failed }
            .Report(Evidence.Seen, start, Math.Round(clock.At(span.EndedOn) - start, 3));
    }

    /// <summary>What a span did: <c>GET /v1/users</c>, <c>sqlite SELECT …</c>. Names follow the semantic conventions, new and old.</summary>
    private static string What(ReportedSpan span)
    {
        if ((span.Text("db.system.name") ?? span.Text("db.system")) is not { } database) return span.Name;
        var statement = span.Text("db.query.summary") ?? span.Text("db.query.text") ?? span.Text("db.statement");
        return statement is null ? $"{database} {span.Name}" : $"{database} {Short(statement)}";
    }

    private static string Decision(ReportedSpan span)
    {
        var status = span.Text("http.response.status_code") ?? span.Text("http.status_code");
        var route = span.Text("http.route");
        var text = span.Kind switch
        {
            SpanKind.Server => route is null ? "handled the request" : $"handled by route {route}",
            SpanKind.Client when What(span) != span.Name => "called the database",
            SpanKind.Client => "called another service",
            SpanKind.Producer => "sent a message",
            SpanKind.Consumer => "took a message",
            _ => "worked",
        };
        if (status is not null) text += string.Create(CultureInfo.InvariantCulture, $", answered {status}");
        return span.Failed ? $"{text}: {(span.StatusMessage is { Length: > 0 } why ? why : "error")}" : text;
    }

    private static string Short(string statement)
    {
        var line = string.Join(' ', statement.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestStatement ? line : line[..(LongestStatement - 1)] + "…";
    }
}
