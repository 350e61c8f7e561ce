using System.Text.Json;
using Usher.Model.Journeys;

namespace Usher.Dashboard.Tests;

/// <summary>The journeys that the trace's golden cases tell.</summary>
internal static class Journeys
{
    internal static TheoryData<string> All => [.. Directory.GetDirectories(Golden.Folder("trace")).Where(d => File.Exists(Path.Combine(d, "journey.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    internal static Journey Of(string name) => JsonSerializer.Deserialize(File.ReadAllText(Golden.Folder("trace", name, "journey.json")), JourneyJson.Default.Journey)!;
}
