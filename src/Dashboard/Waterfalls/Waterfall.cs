using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Trace.Text;

namespace Usher.Dashboard.Waterfalls;

/// <summary>A journey as a waterfall: the hops on the way out, then the answer's way back, each with its place in the journey's time.</summary>
/// <param name="TotalMs">The journey's time; 0 for an explanation, which has none.</param>
/// <param name="Rows">In the order of the picture.</param>
/// <param name="Stopped">The hop where the request went wrong; null where it arrived.</param>
public sealed record Waterfall(double TotalMs, IReadOnlyList<WaterfallRow> Rows, HopReport? Stopped)
{
    /// <summary>A journey's.</summary>
    public static Waterfall Of(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        var rows = journey.Hops.SelectMany(hop => hop.Hop == Hop.Response ? Back(hop) : [Out(journey, hop)]).ToList();
        var last = rows.Max(r => r.EndMs) ?? 0;
        return new Waterfall(Math.Max(journey.DurationMs ?? 0, last), rows, Stop.In(journey));
    }

    private static WaterfallRow Out(Journey journey, HopReport hop)
    {
        // Of a hop that never had an end, the beginning is a point.
        var end = hop.StartMs + (hop.DurationMs ?? 0);
        return new WaterfallRow(hop.Step, hop.Label(), hop.Evidence, hop.Ok, hop.StartMs, end) { Hop = hop, WorkedUntilMs = end is null ? null : hop.PassedOnMs(journey) ?? end };
    }

    private static IEnumerable<WaterfallRow> Back(HopReport response)
    {
        foreach (var by in (response.Facts["hops"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var name = by["hop"]?.ToString() ?? "";
            // When the pod's answer came is its caller's measure.
            var evidence = name == Hop.Pod.Name() ? Evidence.Measured : response.Evidence;
            var (first, last) = (by["firstByteMs"].Number(), by["lastByteMs"].Number());
            yield return new WaterfallRow(response.Step, $"← {name}", evidence, response.Ok, first, last ?? first)
            {
                WorkedUntilMs = last ?? first,
                IsBack = true,
                Text = $"{by["status"]}{(by["changes"]?.ToString() is { Length: > 0 } changes ? $", {changes}" : "")}",
            };
        }

        var (begun, ended) = (response.Facts["clientFirstByteMs"].Number(), response.Facts["clientLastByteMs"].Number());
        yield return new WaterfallRow(response.Step, "← client", begun is null ? response.Evidence : Evidence.Measured, response.Ok, begun, ended ?? begun) { Hop = response, WorkedUntilMs = ended ?? begun, IsBack = true };
    }
}

/// <summary>A line of a waterfall.</summary>
/// <param name="Step">The road's step.</param>
/// <param name="Label">Who.</param>
/// <param name="Evidence">How it is known.</param>
/// <param name="Ok">Whether nothing went wrong there.</param>
/// <param name="StartMs">From the client's first act; null where there is no time.</param>
/// <param name="EndMs">Until when.</param>
public sealed record WaterfallRow(int Step, string Label, Evidence Evidence, bool Ok, double? StartMs, double? EndMs)
{
    /// <summary>What the hop reported; null for one on the way back, which the answer only passed.</summary>
    public HopReport? Hop { get; init; }

    /// <summary>Until when it worked; from then on it waited for those behind it.</summary>
    public double? WorkedUntilMs { get; init; }

    /// <summary>Whether it is on the way back.</summary>
    public bool IsBack { get; init; }

    /// <summary>What happened, where no hop's report tells it.</summary>
    public string? Text { get; init; }

    /// <summary>How it is known, as the mark that terminals show too.</summary>
    public string Mark => Evidence.Mark();

    /// <summary>How it is known, in a word.</summary>
    public string Known => Evidence.Name();

    /// <summary>How long, for people.</summary>
    public string Took => this switch
    {
        { IsBack: true, StartMs: { } at } => $"at {Milliseconds(at)}",
        { Hop.DurationMs: { } took } => Milliseconds(took),
        _ => "",
    };

    /// <summary>A duration as every picture has it.</summary>
    public static string Milliseconds(double value) => $"{HopWords.Milliseconds(value)} ms";
}
