using System.CommandLine;
using Usher.Cli.Client;
using Usher.Cli.Running;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Trace;

namespace Usher.Cli.Commands;

/// <summary><c>usher explain URL</c>: decide every hop without sending, on the running road or on files.</summary>
internal static class ExplainCommand
{
    internal static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "The URL." };
        var method = new Option<string?>("--request", "-X") { Description = "The method.", HelpName = "METHOD" };
        var headers = new Option<string[]>("--header", "-H") { Description = "A header, 'Name: value'; may be repeated.", HelpName = "HEADER" };
        var insecure = CommonOptions.Insecure();
        var resolve = CommonOptions.Resolve();
        var files = CommonOptions.Files();
        files.Description = "Decide on these manifests instead of the running road; may be repeated.";
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose();
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("explain", "Decide every hop for a URL without sending anything, and tell why.") { url, method, headers, insecure, resolve, files, json, verbose, api, state };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = RequestLine.Parse(parsed.GetValue(url)!, parsed.GetValue(method), parsed.GetValue(headers) ?? [], [], insecure: false, http11: false, parsed.GetValue(resolve) ?? []);
            var asked = new ExplainRequest(request.Url.OriginalString, request.Method, request.Headers.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase).ToDictionary(h => h.Key, h => h.ToArray()))
            {
                Insecure = parsed.GetValue(insecure),
                Resolved = request.Resolved?.ToString(),
            };
            var journey = parsed.GetValue(files) is { Length: > 0 } paths
                ? await OnFilesAsync(paths, asked)
                : await RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state)).ExplainAsync(asked, cancellationToken);
            if (journey is null) return ExitCodes.Failure;
            await JourneyOutput.PrintAsync(journey, parsed.GetValue(json), parsed.GetValue(verbose));
            return journey.Outcome == "ok" ? ExitCodes.Ok : journey.Status is { } status ? ExitCodes.OfStatus(status) : ExitCodes.NoAnswer;
        });
        return command;
    }

    private static async Task<Journey?> OnFilesAsync(string[] paths, ExplainRequest asked)
    {
        using var state = StateDirectory.Temporary();
        state.TryHold();
        await using var road = Road.ComposeToExplain(new RoadSettings { Paths = paths, DnsPort = 0, ApiPort = 0 }, state);
        var errors = new ErrorList();
        if (road.Compile(errors) is not { } generation)
        {
            Report.Errors(errors);
            return null;
        }

        Report.Warnings(generation.Warnings);
        return asked.Explain(road.Services.GetExplainer(), generation);
    }
}
