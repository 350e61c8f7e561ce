using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>
/// A journey as a picture: the hops on the way out, each with its time and its decision, then the way back hop by hop. A bar is solid where a hop worked on the request and broken
/// where it waited for those behind it. Where the request went wrong the decision is told in full, with what led to it.
/// </summary>
internal sealed class RoadDrawing
{
    private const int Margin = 5;
    private const int LabelColumn = 22;
    private const int TimeColumn = 12;

    private readonly StringBuilder text;
    private readonly Journey journey;
    private readonly Paint paint;
    private readonly int width;
    private readonly TimeScale? scale;

    /// <param name="text">Where to.</param>
    /// <param name="journey">The journey, with times.</param>
    /// <param name="style">How.</param>
    /// <param name="width">The columns.</param>
    public RoadDrawing(StringBuilder text, Journey journey, TimelineStyle style, int width)
    {
        (this.text, this.journey, this.width) = (text, journey, width);
        paint = new Paint(style.Colour);
        var cells = width - Margin - LabelColumn - TimeColumn - 2;
        if (cells >= TimeScale.Narrowest && journey.DurationMs is > 0 and var total) scale = new TimeScale(total, cells);
    }

    /// <summary>Draws it.</summary>
    public void Draw()
    {
        if (scale is { } times) text.Append(paint.Dim($"{new string(' ', Margin + LabelColumn + TimeColumn + 2)}{times.Axis()}")).Append('\n');
        var stopped = Stop.In(journey);
        HopReport? before = null;
        foreach (var hop in journey.Hops)
        {
            if (hop.Hop == Hop.Response) Back(hop);
            else if (IsOneDecision(before, hop)) Brief(new EvidenceMark(hop, paint), $"→ {hop.Told()}");
            else Out(hop, ReferenceEquals(hop, stopped));
            before = hop;
        }
    }

    /// <summary>A Service's front and its endpoint are chosen at once: one station, unless something is wrong with one of them.</summary>
    private static bool IsOneDecision(HopReport? service, HopReport endpoint) =>
        service is { Hop: Hop.Service, Ok: true } && endpoint is { Hop: Hop.Endpoint, Ok: true } && service.At == endpoint.At && service.StartMs == endpoint.StartMs && service.Evidence == endpoint.Evidence;

    private void Out(HopReport hop, bool stopped)
    {
        var mark = new EvidenceMark(hop, paint);
        var took = hop.DurationMs is { } duration ? $"{Columns.Milliseconds(duration)} ms" : "";
        Line(hop.Step, mark, hop.Label(), hop.Ok, took, Bar(hop));
        if (hop.Ok && !stopped)
        {
            Brief(mark, hop.Told());
            if (EncryptionText.Of(hop) is { Length: > 0 } encryption) Paragraph(mark, encryption, paint.Cool);
            if (KeyFacts.Line(hop, onlyRare: true) is { Length: > 0 } facts) Paragraph(mark, facts, paint.Dim);
            Reasons(mark, hop, [.. TellingReasons.Notable(hop)]);
            return;
        }

        Paragraph(mark, hop.Told(), static s => s);
        if (KeyFacts.Line(hop, onlyRare: true) is { Length: > 0 } told) Paragraph(mark, told, paint.Dim);
        if (hop.OwnProblem(journey) is { } problem) Paragraph(mark, $"✗ {problem}", paint.Bad);
        Reasons(mark, hop, [.. TellingReasons.Of(hop)]);
        if (stopped && Stop.IsTheEnd(journey, hop)) Put(mark, "the request went no further", paint.Bad);
    }

    private void Reasons(EvidenceMark mark, HopReport hop, IReadOnlyList<Reason> told)
    {
        foreach (var reason in told) Paragraph(mark, $"{(reason.Chosen ? "✓" : "✗")} {reason.Candidate}: {reason.Why}", reason.Chosen ? paint.Good : paint.Warn);
        if (TellingReasons.Left(hop, told.Count) is { } left) Put(mark, left, paint.Dim);
    }

    /// <summary>The way back: a line for each hop that the answer passed, from the pod's side to the client's.</summary>
    private void Back(HopReport hop)
    {
        var (mark, measured) = (new EvidenceMark(hop, paint), new EvidenceMark(Evidence.Measured, hop.Ok, paint));
        foreach (var by in (hop.Facts["hops"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var (first, last) = (by["firstByteMs"].Number(), by["lastByteMs"].Number());
            // When the pod's answer came is its caller's measure.
            Line(hop.Step, by["hop"]?.ToString() == Hop.Pod.Name() ? measured : mark, $"← {by["hop"],-13} {by["status"]}", hop.Ok, first is { } at ? $"at {Columns.Milliseconds(at)} ms" : "", first is { } from ? scale?.Bar(from, last ?? from) : null);
            if (by["changes"]?.ToString() is { Length: > 0 } changes and not ("unchanged" or "made here")) Put(mark, Columns.Cut(Paint.Safe(changes), width - Margin), paint.Cool);
        }

        if (hop.Facts["clientFirstByteMs"].Number() is { } begun) Line(hop.Step, measured, "← client", hop.Ok, $"at {Columns.Milliseconds(begun)} ms", scale?.Bar(begun, hop.Facts["clientLastByteMs"].Number() ?? begun));
        if (hop.Ok) Brief(mark, hop.Told());
        else Paragraph(mark, hop.Told(), static s => s);
    }

    /// <summary>Where in the journey's time the hop had the request: solid until the next hop has it, if that gives it back.</summary>
    private (string Before, string Bar)? Bar(HopReport hop)
    {
        if (scale is not { } times || hop.StartMs is not { } start || hop.DurationMs is not { } took) return null;
        return times.Bar(start, start + took, hop.PassedOnMs(journey));
    }

    private void Line(int step, EvidenceMark mark, string label, bool ok, string time, (string Before, string Bar)? bar)
    {
        var fitted = Columns.Cut(Paint.Safe(label), LabelColumn - 1).PadRight(LabelColumn - 1);
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{step,2} {mark} ").Append(ok ? paint.Bold(fitted) : paint.Bad(fitted)).Append(ok ? " " : paint.Bad("✗"));
        line.Append(paint.Dim(time.PadLeft(TimeColumn)));
        if (bar is { } drawn) line.Append("  ").Append(drawn.Before).Append(ok ? paint.Cool(drawn.Bar) : paint.Bad(drawn.Bar));
        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private void Paragraph(EvidenceMark mark, string content, Func<string, string> colour)
    {
        foreach (var part in Columns.Wrap(Paint.Safe(content), width - Margin)) Put(mark, part, colour);
    }

    /// <summary>What is right is told in two lines at most.</summary>
    private void Brief(EvidenceMark mark, string content)
    {
        var lines = Columns.Wrap(Paint.Safe(content), width - Margin).ToList();
        if (lines.Count > 2) lines[1] = Columns.Cut(string.Join(' ', lines.Skip(1)), width - Margin);
        foreach (var line in lines.Take(2)) Put(mark, line, static s => s);
    }

    private void Put(EvidenceMark mark, string line, Func<string, string> colour) => text.Append($"   {mark} {colour(line)}").Append('\n');

    private void Plain(string line, Func<string, string> colour) => text.Append(colour(line)).Append('\n');
}
