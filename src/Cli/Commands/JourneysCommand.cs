using System.CommandLine;
using System.Globalization;
using Usher.Cli.Client;
using Usher.Model.Journeys;

namespace Usher.Cli.Commands;

/// <summary><c>usher journeys [ID]</c>: the journeys that the running road keeps.</summary>
internal static class JourneysCommand
{
    internal static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "A journey's id, 1-…: print that one. None: list them.", Arity = ArgumentArity.ZeroOrOne };
        var failed = new Option<bool>("--failed") { Description = "Only those that failed." };
        var limit = CommonOptions.Number("--limit", "N", 20, 1, 1000, "How many, the newest first.");
        var json = new Option<bool>("--json") { Description = "Print JSON: one journey, or a line for each." };
        var verbose = CommonOptions.Verbose();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("journeys", "List the journeys that the running road keeps; or print the one of an ID, which stands behind the URL in each line of the list and of usher up.") { id, failed, limit, json, verbose, api, state };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            if (parsed.GetValue(id) is { } one)
            {
                await JourneyOutput.PrintAsync(await client.JourneyAsync(one, cancellationToken), parsed.GetValue(json), parsed.GetValue(verbose));
                return ExitCodes.Ok;
            }

            foreach (var journey in await client.JourneysAsync(parsed.GetValue(limit), parsed.GetValue(failed), visit: null, cancellationToken))
            {
                if (parsed.GetValue(json)) await Console.Out.WriteLineAsync(System.Text.Json.JsonSerializer.Serialize(journey, JourneyJson.Default.Journey));
                else await Console.Out.WriteLineAsync(Line(journey));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Line(Journey journey) => string.Create(CultureInfo.InvariantCulture,
        $"{journey.StartedAt:HH:mm:ss.fff} {journey.Status?.ToString(CultureInfo.InvariantCulture) ?? "---"} {journey.DurationMs,7:0.0} ms {journey.Method} {journey.Url}  {journey.Id}{(journey.Outcome == "ok" ? "" : "  " + journey.Outcome)}");
}
