using System.CommandLine;
using System.Text.Json;
using Usher.Cli.Client;
using Usher.Model.Journeys;
using Usher.Trace;
using Usher.Trace.Text;

namespace Usher.Cli.Commands;

/// <summary><c>usher journeys [ID]</c>: the journeys that the running road keeps, or those that end from now on.</summary>
internal static class JourneysCommand
{
    /// <summary>Options and their names in a filter.</summary>
    private static readonly (string Option, string Name, string Shown, string Description)[] Filters =
    [
        ("--status", "status", "STATUS", "Only these statuses: 502, 5xx, 500-504, none (nothing answered), with commas between."),
        ("--hop", "hop", "HOP", "Only those that this hop answered, or where they stopped: load-balancer, ingress, pod, …"),
        ("--path", "path", "PATH", "Only paths that begin so, or match where there is a *."),
        ("--slower-than", "slower", "DURATION", "Only those that took longer: 250ms, 1.5s."),
    ];

    internal static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "A journey's id, 1-…, or its last digits (six or more): print that one. None: list them.", Arity = ArgumentArity.ZeroOrOne };
        var failed = new Option<bool>("--failed") { Description = "Only those that failed." };
        var follow = new Option<bool>("--follow") { Description = "Go on with those that end from now on, until Ctrl-C." };
        var limit = CommonOptions.Number("--limit", "N", 20, 1, 1000, "How many, the newest first.");
        var json = new Option<bool>("--json") { Description = "Print JSON: one journey, or a line for each." };
        var verbose = CommonOptions.Verbose();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var filters = Filters.Select(f => new Option<string?>(f.Option) { Description = f.Description, HelpName = f.Shown }).ToArray();
        var command = new Command("journeys", "List the journeys that the running road keeps; or print the one of an ID, which stands behind the URL in each line of the list and of usher up.") { id, failed };
        foreach (var filter in filters) command.Add(filter);
        foreach (var option in new Option[] { follow, limit, json, verbose, api, state }) command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var written = new Dictionary<string, string>(StringComparer.Ordinal);
            if (parsed.GetValue(failed)) written["failed"] = "true";
            foreach (var (filter, option) in Filters.Zip(filters))
            {
                if (parsed.GetValue(option) is { } value) written[filter.Name] = value;
            }

            if (JourneyFilterText.Read(written.GetValueOrDefault).Problem is { } problem) throw new UserException($"--{problem.Replace("slower is", "slower-than is", StringComparison.Ordinal)}", ExitCodes.Usage);
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            if (parsed.GetValue(id) is { } one) await JourneyOutput.PrintAsync(await client.JourneyAsync(one, cancellationToken), parsed.GetValue(json), parsed.GetValue(verbose));
            else if (parsed.GetValue(follow)) await FollowAsync(client, written, parsed.GetValue(json), cancellationToken);
            else await ListAsync(client, written, parsed.GetValue(limit), parsed.GetValue(json), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ListAsync(RoadClient client, Dictionary<string, string> filter, int limit, bool json, CancellationToken cancellationToken)
    {
        var journeys = await client.JourneysAsync(limit, filter, cancellationToken);
        var table = Table();
        if (!json && !table.Whole && journeys.Count > 0) await Console.Out.WriteLineAsync(table.Heading);
        foreach (var journey in journeys) await Console.Out.WriteLineAsync(json ? Line(journey) : table.Line(journey));
    }

    private static async Task FollowAsync(RoadClient client, Dictionary<string, string> filter, bool json, CancellationToken cancellationToken)
    {
        var table = Table();
        if (!json && !table.Whole) await Console.Out.WriteLineAsync(table.Heading);
        try
        {
            await foreach (var (journey, skipped) in client.FollowAsync(filter, cancellationToken))
            {
                if (journey is not null) await Console.Out.WriteLineAsync(json ? Line(journey) : table.Line(journey));
                // Beside the lines of JSON, which are for programs.
                else if (json) await Console.Error.WriteLineAsync(table.Skipped(skipped));
                else await Console.Out.WriteLineAsync(table.Skipped(skipped));
            }

            await Console.Error.WriteLineAsync("usher: the road stopped");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            await Console.Error.WriteLineAsync("usher: the road is gone");
        }
    }

    private static JourneyTable Table() => new(new TimelineStyle { Width = Report.Width, Colour = Report.Colour }) { Whole = Console.IsOutputRedirected };

    private static string Line(Journey journey) => JsonSerializer.Serialize(journey, JourneyJson.Default.Journey);
}
