using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Cli.Commands;

/// <summary><c>usher up</c>: a road that runs until it is stopped.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    /// <summary>A pod that isn't ready by then keeps nobody from the rest of the road.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    internal static Command Create()
    {
        var files = CommonOptions.Files();
        var standIn = CommonOptions.StandIn();
        var express = CommonOptions.Express();
        var state = CommonOptions.State();
        var loopback = CommonOptions.Loopback();
        var realPorts = CommonOptions.RealPorts();
        var dnsPort = CommonOptions.Port("--dns-port", 5300, "The name server's port");
        var apiPort = CommonOptions.Port("--api-port", 7070, "The port of the road's own API");
        var serverTiming = new Option<bool>("--server-timing") { Description = "Add a Server-Timing header with the hops' times to every answer, for a browser's developer tools." };
        var standard = new TraceOptions();
        var keep = CommonOptions.Duration("--keep", standard.KeepFor, "How long journeys are stored.");
        var keepFailed = CommonOptions.Duration("--keep-failed", standard.KeepFailedFor, "How long those that failed are.");
        var fullDetail = CommonOptions.Number("--full-detail", "N", standard.FullDetailRate, 1, 1_000_000, "Journeys a second up to which all are kept in full. Of a busier road a twentieth of N is, and N besides of requests that failed, took a second or were traced; the others are counted.");
        var otlp = new OtlpOptions("Export every journey to this address of OpenTelemetry's, http://localhost:4318 (4317 for gRPC). Default: $OTEL_EXPORTER_OTLP_ENDPOINT, or nowhere.");
        var command = new Command("up", "Run the road for these manifests until Ctrl-C, which drains and stops it.")
        {
            files, standIn, express, state, loopback, realPorts, dnsPort, apiPort, serverTiming, keep, keepFailed, fullDetail,
        };
        otlp.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new RoadSettings
            {
                Paths = CommonOptions.PathsOrSample(parsed.GetValue(files) ?? []),
                StandIn = parsed.GetValue(standIn),
                Express = parsed.GetValue(express),
                Range = new LoopbackRange((byte)parsed.GetValue(loopback), parsed.GetValue(realPorts)),
                DnsPort = parsed.GetValue(dnsPort),
                ApiPort = parsed.GetValue(apiPort),
                ServerTiming = parsed.GetValue(serverTiming),
                Otlp = otlp.Read(parsed),
                Trace = standard with { KeepFor = parsed.GetValue(keep) ?? standard.KeepFor, KeepFailedFor = parsed.GetValue(keepFailed) ?? standard.KeepFailedFor, FullDetailRate = parsed.GetValue(fullDetail), FullDetailBurst = Math.Max(standard.FullDetailBurst, parsed.GetValue(fullDetail)) },
            },
            parsed.GetValue(state),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(RoadSettings settings, string? stateFolder, CancellationToken cancellationToken)
    {
        using var state = StateDirectory.Open(stateFolder);
        if (!state.TryHold()) throw new UserException($"a road is running with the state folder {state.Path}; stop it, or name another folder with --state");
        using var network = LoopbackHold.Take(settings.Range);
        using var stop = new StopSignals(cancellationToken);
        await using var road = Road.Compose(settings, state);
        var errors = new ErrorList();
        var applied = false;
        // Requests that end while the road drains have their lines too.
        using var printing = new CancellationTokenSource();
        var lines = Task.CompletedTask;
        await using var api = await road.StartApiAsync(errors, stop.Token);
        try
        {
            applied = api is not null && await road.ApplyAsync(errors, stop.Token);
            if (api is null || !applied)
            {
                Report.Errors(errors);
                return ExitCodes.Failure;
            }

            Report.Warnings(road.Generation.Warnings);
            state.Announce(new RunningRoad(api.Url, api.Token, Environment.ProcessId));
            foreach (var problem in await road.WhenReadyAsync(Patience, stop.Token)) await Console.Error.WriteLineAsync($"usher: {problem}");
            await Welcome.PrintAsync(road, api, state);
            UnusedMemory.ReleaseAll();
            await using var releasing = new BackgroundLoop(UnusedMemory.Period, TimeProvider.System, UnusedMemory.Release);
            releasing.Start();
            // Either ends the road when it fails.
            lines = stop.EndsWith(_ => RequestLines.FollowAsync(road.Services.GetRequiredService<IJourneyFeed>(), printing.Token));
            await stop.EndsWith(token => road.ReloadAsync(new ReloadLines(road.Generation.Warnings), token));
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Asked to stop: below.
        }
        finally
        {
            if (applied) await Console.Error.WriteLineAsync($"usher: draining and stopping (at most {Drain.TotalSeconds:0} s; once more ends it at once) …");
            await road.StopAsync(Drain);
            await printing.CancelAsync();
            await lines;
        }

        return ExitCodes.Ok;
    }
}
