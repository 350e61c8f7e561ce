using System.Text.Json;
using Usher.Model.Journeys;
using Usher.Trace.Text;

namespace Usher.Cli.Commands;

/// <summary>Prints a journey: as JSON, or as a timeline.</summary>
internal static class JourneyOutput
{
    private static readonly JourneyJson Indented = new(new JsonSerializerOptions(JourneyJson.Default.Options) 
    {
        WriteIndented = true,
        // Read by people and by jq, never put into a page: an arrow stays an arrow.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    internal static async Task PrintAsync(Journey journey, bool json, bool verbose)
    {
        var text = json
            ? JsonSerializer.Serialize(journey, Indented.Journey)
            : TimelineText.Of(journey, new TimelineStyle { Width = Report.Width, Colour = Report.Colour, Verbose = verbose });
        await Console.Out.WriteLineAsync(text.TrimEnd('\n'));
    }
}
