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

    /// <summary>A fact that is a number; null for any other.</summary>
    public static double? Number(this JsonNode? fact) => fact is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
