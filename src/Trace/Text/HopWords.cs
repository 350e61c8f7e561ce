using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>What a hop's report says, as every picture of it has it.</summary>
public static class HopWords
{
    /// <summary>The hop's name, with the place of one that occurs twice: <c>service (node)</c>.</summary>
    public static string Label(this HopReport hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return hop.At is null ? hop.Hop.Name() : $"{hop.Hop.Name()} ({hop.At})";
    }

    /// <summary>Who decided what; the object's name only where the decision doesn't have it.</summary>
    public static string Told(this HopReport hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return hop.Name.Length == 0 || hop.Decision.Contains(hop.Name, StringComparison.Ordinal) ? hop.Decision : $"{hop.Name} — {hop.Decision}";
    }

    /// <summary>What went wrong here, unless the journey says the same already; else null.</summary>
    public static string? OwnProblem(this HopReport hop, Journey journey)
    {
        ArgumentNullException.ThrowIfNull(hop);
        ArgumentNullException.ThrowIfNull(journey);
        return hop.Facts["problem"]?.ToString() is { } problem && problem != journey.Problem ? problem : null;
    }

    /// <summary>How what it says is known, as the mark that stands before it.</summary>
    public static string Mark(this Evidence evidence) => EvidenceMark.Of(evidence);

    /// <summary>A duration as every picture has it: <c>9.80</c>, and from a second on <c>1423</c>.</summary>
    public static string Milliseconds(double value) => Columns.Milliseconds(value);

    /// <summary>When the next hop had the request, of those that give it back: until then this one worked on it, and from there it waited. Null where nobody behind had it.</summary>
    public static double? PassedOnMs(this HopReport hop, Journey journey)
    {
        ArgumentNullException.ThrowIfNull(hop);
        ArgumentNullException.ThrowIfNull(journey);
        return hop.Hop is Hop.Dns or Hop.Tls or Hop.Pod or Hop.Application or Hop.Browser ? null : journey.Hops
            .Where(h => h.Hop is not (Hop.Response or Hop.Browser) && h != hop && h.StartMs > hop.StartMs && h.StartMs < hop.StartMs + hop.DurationMs)
            .Min(h => h.StartMs);
    }

    /// <summary>A fact that is a number; null for any other.</summary>
    public static double? Number(this JsonNode? fact) => fact is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
