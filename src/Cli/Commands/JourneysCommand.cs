using System.CommandLine;
using System.Text.Json;
using Usher.Cli.Client;
using Usher.Cli.Har;
using Usher.Cli.Running;
using Usher.Model.Journeys;
using Usher.Trace.Har;
using Usher.Trace.Text;

namespace Usher.Cli.Commands;

/// <summary><c>usher journeys [ID]</c>: the journeys that the running road keeps, or those that end from now on.</summary>
internal static class JourneysCommand
{
    internal static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "A journey's id, 1-…, or its last digits (six or more): print that one. None: list them.", Arity = ArgumentArity.ZeroOrOne };
        var filter = new JourneyFilterOptions();
        var follow = new Option<bool>("--follow") { Description = "Go on with those that end from now on, until Ctrl-C." };
        var limit = CommonOptions.Number("--limit", "N", 20, 1, 1000, "How many, the newest first.");
        var har = HarFile.Option();
        var json = new Option<bool>("--json") { Description = "Print JSON: one journey, or a line for each." };
        var verbose = CommonOptions.Verbose();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("journeys", "List the journeys that the running road keeps; or print the one of an ID, which stands behind the URL in each line of the list and of usher up.") { id };
        filter.AddTo(command);
        // Of export too, wherever they are written.
        (api.Recursive, state.Recursive) = (true, true);
        foreach (var option in new Option[] { follow, limit, har, json, verbose, api, state }) command.Add(option);
        command.Add(JourneyExportCommand.Create(filter, api, state));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var written = filter.Read(parsed);
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            if (parsed.GetValue(id) is { } one) await OneAsync(client, one, parsed.GetValue(har), parsed.GetValue(json), parsed.GetValue(verbose), cancellationToken);
            else if (parsed.GetValue(har) is not null) throw new UserException("--har wants the ID of a journey", ExitCodes.Usage);
            else if (parsed.GetValue(follow)) return await FollowAsync(client, written, parsed.GetValue(json), cancellationToken);
            else await ListAsync(client, written, parsed.GetValue(limit), parsed.GetValue(json), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task OneAsync(RoadClient client, string id, string? har, bool json, bool verbose, CancellationToken cancellationToken)
    {
        using var archive = HarFile.Open(har, json);
        var journey = await client.JourneyAsync(id, cancellationToken);
        if (archive is not null) await archive.WriteAsync(HarLog.Of(HarEntry.Of(journey)), cancellationToken);
        if (archive is not { IsOutput: true }) await JourneyOutput.PrintAsync(journey, json, verbose);
    }

    private static async Task ListAsync(RoadClient client, IReadOnlyDictionary<string, string> filter, int limit, bool json, CancellationToken cancellationToken)
    {
        var journeys = await client.JourneysAsync(limit, filter, cancellationToken);
        var table = Table();
        if (!json && !table.Whole && journeys.Count > 0) await Console.Out.WriteLineAsync(table.Heading);
        foreach (var journey in journeys) await Console.Out.WriteLineAsync(json ? Line(journey) : table.Line(journey));
    }

    private static async Task<int> FollowAsync(RoadClient client, IReadOnlyDictionary<string, string> filter, bool json, CancellationToken cancellationToken)
    {
        var table = Table();
        using var unread = ClosedOutput.LinkTo(cancellationToken);
        using var stop = new StopSignals(unread.Token);
        if (!json && !table.Whole) await Console.Out.WriteLineAsync(table.Heading);
        try
        {
            await foreach (var (journey, skipped) in client.FollowAsync(filter, stop.Token))
            {
                if (journey is not null) await Console.Out.WriteLineAsync(json ? Line(journey) : table.Line(journey));
                // Beside the lines of JSON, which are for programs.
                else if (json) await Console.Error.WriteLineAsync(table.Skipped(skipped));
                else await Console.Out.WriteLineAsync(table.Skipped(skipped));
            }

            await Console.Error.WriteLineAsync("usher: the road stopped");
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Ctrl-C is how it ends, or that nobody reads on.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            await Console.Error.WriteLineAsync("usher: the road is gone");
            return ExitCodes.NoAnswer;
        }

        return ExitCodes.Ok;
    }

    private static JourneyTable Table() => new(new TimelineStyle { Width = Report.Width, Colour = Report.Colour }) { Whole = Console.IsOutputRedirected };

    private static string Line(Journey journey) => JsonSerializer.Serialize(journey, JourneyJson.Default.Journey);
}
