using System.CommandLine;
using Usher.Cli.Client;
using Usher.Cli.Running;
using Usher.Model.Desired;

namespace Usher.Cli.Commands;

/// <summary><c>usher demo</c>: the sample road, one request, its journey.</summary>
internal static class DemoCommand
{
    private const string Url = "https://api.example.com/v1/users";

    internal static Command Create()
    {
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose();
        var command = new Command("demo", "Run the sample road, send one HTTPS request, print its journey, and stop.") { json, verbose };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(json), parsed.GetValue(verbose), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, bool verbose, CancellationToken cancellationToken)
    {
        // Everything of its own: folder, ports and addresses, so that a demo runs beside a road that is up.
        using var state = StateDirectory.Temporary();
        state.TryHold();
        var settings = new RoadSettings { Paths = [SampleRoad.Find()], Range = FreeRange.Find(), DnsPort = 0, ApiPort = 0 };
        using var stop = new StopSignals(cancellationToken);
        await using var road = Road.Compose(settings, state);
        var errors = new ErrorList();
        await using var api = await road.StartApiAsync(errors, stop.Token);
        try
        {
            Say(json, "starting the sample road: 2 nodes, 2 ingress pods, 3 application pods …");
            if (api is null || !await road.ApplyAsync(errors, stop.Token))
            {
                Report.Errors(errors);
                return ExitCodes.Failure;
            }

            foreach (var problem in await road.WhenReadyAsync(TimeSpan.FromSeconds(60), stop.Token)) await Console.Error.WriteLineAsync($"usher: {problem}");
            Say(json, $"GET {Url}");
            var client = new RoadClient(new RunningRoad(api.Url, api.Token, Environment.ProcessId));
            var request = RequestLine.Parse(Url, null, [], [], insecure: false, http11: false, []);
            var journey = await new TracedRequest(client, road.Services.GetTime()).SendAsync(request, stop.Token);
            await JourneyOutput.PrintAsync(journey, json, verbose);
            return journey.Status is >= 200 and < 300 ? ExitCodes.Ok : ExitCodes.OfStatus(journey.Status) is var code and not 0 ? code : ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return stop.ExitCode;
        }
        finally
        {
            await road.StopAsync(TimeSpan.FromSeconds(5));
        }
    }

    private static void Say(bool json, string text)
    {
        if (!json) Console.Error.WriteLine(text);
    }
}
