using System.CommandLine;
using Usher.Cli.Client;
using Usher.Cli.Running;
using Usher.Trace.Meters;
using Usher.Trace.Text;

namespace Usher.Cli.Commands;

/// <summary><c>usher top</c>: what the hops of the running road do, live.</summary>
internal static class TopCommand
{
    // ECMA-48: the cursor home; what is left of a line, and of the screen, cleared; the alternate screen of xterm, so that what was on the terminal comes back.
    private const string Home = "\u001b[H";
    private const string RestOfLine = "\u001b[K";
    private const string RestOfScreen = "\u001b[J";
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";

    internal static Command Create()
    {
        var every = CommonOptions.Number("--every", "SECONDS", 1, 1, 3600, "How often, and over how long rates and percentiles are taken.");
        var once = new Option<bool>("--once") { Description = "Print one picture and end; also what happens where the output is no terminal." };
        var api = CommonOptions.Api();
        var state = CommonOptions.State();
        var command = new Command("top", "Show for each hop of the running road how much comes, what fails and how long it takes, with the targets' health; until Ctrl-C.") { every, once, api, state };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = RoadClient.Find(parsed.GetValue(api), parsed.GetValue(state));
            var interval = TimeSpan.FromSeconds(parsed.GetValue(every));
            if (parsed.GetValue(once) || Console.IsOutputRedirected) await OnceAsync(client, interval, cancellationToken);
            else await LiveAsync(client, interval, cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task OnceAsync(RoadClient client, TimeSpan interval, CancellationToken cancellationToken)
    {
        var before = await client.MetersAsync(cancellationToken);
        await Task.Delay(interval, cancellationToken);
        await Console.Out.WriteLineAsync(await PictureAsync(client, before, await client.MetersAsync(cancellationToken), cancellationToken));
    }

    private static async Task LiveAsync(RoadClient client, TimeSpan interval, CancellationToken cancellationToken)
    {
        // The screen that was there comes back whichever way this ends.
        using var stop = new StopSignals(cancellationToken);
        await Console.Out.WriteAsync(Enter);
        try
        {
            using var timer = new PeriodicTimer(interval);
            var before = await client.MetersAsync(stop.Token);
            await Console.Out.WriteAsync($"{Home}{RestOfScreen}the first picture comes in {interval.TotalSeconds:0} s …");
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                var now = await client.MetersAsync(stop.Token);
                var lines = (await PictureAsync(client, before, now, stop.Token)).Split('\n');
                // More would scroll the beginning away.
                var shown = lines.Take(Math.Max(4, Height - 1));
                await Console.Out.WriteAsync($"{Home}{string.Concat(shown.Select(line => $"{line}{RestOfLine}\n"))}{RestOfScreen}");
                before = now;
            }
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }
        finally
        {
            await Console.Out.WriteAsync(Leave);
        }
    }

    private static async Task<string> PictureAsync(RoadClient client, RoadReading before, RoadReading now, CancellationToken cancellationToken)
    {
        var road = await client.RoadAsync(cancellationToken);
        var targets = road.Targets.Select(t => new TopTarget(t.TargetGroup, t.Target, t.State, t.Outstanding, t.Description ?? t.Reason)).ToList();
        return new TopText(new TimelineStyle { Width = Report.Width, Colour = Report.Colour }).Of(before, now, targets, road.Generation);
    }

    private static int Height
    {
        get
        {
            try
            {
                return Console.WindowHeight;
            }
            catch (IOException)
            {
                return 24;
            }
        }
    }
}
