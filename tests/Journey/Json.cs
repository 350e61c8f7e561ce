using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>Reads a journey's JSON.</summary>
internal static class Json
{
    internal static string? Text(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    internal static double Number(this JsonElement json, string name) => json.GetProperty(name).GetDouble();

    internal static JsonElement Facts(this JsonElement hop) => hop.GetProperty("facts");

    /// <summary>The hops in the order in which they stand, as <c>service node</c>.</summary>
    internal static IReadOnlyList<string> HopNames(this JsonElement journey) =>
        [.. journey.GetProperty("hops").EnumerateArray().Select(h => h.Text("at") is { } at ? $"{h.Text("hop")} {at}" : h.Text("hop")!)];

    /// <summary>The first hop of this name.</summary>
    internal static JsonElement Hop(this JsonElement journey, string hop, string? at = null) =>
        journey.GetProperty("hops").EnumerateArray().First(h => h.Text("hop") == hop && (at is null || h.Text("at") == at));

    internal static IEnumerable<JsonElement> Hops(this JsonElement journey, string hop) =>
        journey.GetProperty("hops").EnumerateArray().Where(h => h.Text("hop") == hop);
}
