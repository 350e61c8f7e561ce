using Usher.Model.Journeys;
using Usher.Trace.Text;

namespace Usher.Cli.Commands;

/// <summary>Prints a journey: as JSON, or as a timeline.</summary>
internal static class JourneyOutput
{
    internal static async Task PrintAsync(Journey journey, bool json, bool verbose)
    {
        var text = json
            ? JourneyJson.Print(journey)
            : TimelineText.Of(journey, new TimelineStyle { Width = Report.Width, Colour = Report.Colour, Verbose = verbose });
        await Console.Out.WriteLineAsync(text.TrimEnd('\n'));
    }
}
