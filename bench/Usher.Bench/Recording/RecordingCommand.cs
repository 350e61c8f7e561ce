using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Commands;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using TraceOptions = Usher.Trace.TraceOptions;

namespace Usher.Bench.Recording;

/// <summary>
/// <c>recording</c>: a whole road in this process, loaded by wrk, that takes requests' records in some turns and not in others. Writes a line for each turn: <c>on</c> or <c>off</c>, the CPU time of this process
/// in µs, and the requests. Two processes of one program differ by more than recording costs, and so do two minutes of one machine; short turns of one process don't.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class RecordingCommand
{
    internal const string Usage =
        "usage: recording MANIFESTS STATE NETWORK express|wire WARM_SECONDS BLOCKS TURN_MS SCRIPT ROWS    a block is of four turns: on, off, off, on, or the other way round; SCRIPT: wrk's; ROWS: the file that is written";

    /// <summary>What followers do of one turn in the next isn't counted: they are woken five times a second.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    private static readonly TraceOptions Standard = new();

    /// <summary>
    /// In turns without records what may be kept in full adds up, so that of those with records as many are kept as in all of the time together: at half of a busy road's sample it comes to that sample.
    /// They are stored in the same turn, a twentieth of the time at a time and one of them at most: what is stored seconds later would be counted to whatever turn is then.
    /// </summary>
    private static readonly TraceOptions Trace = new()
    {
        FullDetailRate = Standard.SampledRate / 2, KeepInterval = Standard.KeepInterval / 20, KeepBusy = Standard.KeepBusy / 20, KeepBatch = 1, KeepSettle = TimeSpan.Zero,
    };

    /// <summary>Each turn is a little late.</summary>
    private const double Slack = 1.05;

    /// <returns>0; 1 when the road doesn't come up, or doesn't answer all; 2 on wrong usage.</returns>
    internal static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var manifests, var folder, var number, ("express" or "wire") and var links, var warm, var blocks, var turn, var script, var rows]
            || !byte.TryParse(number, out var network) || !int.TryParse(warm, out var warmSeconds) || !int.TryParse(blocks, out var count) || !int.TryParse(turn, out var milliseconds) || milliseconds <= Settle.TotalMilliseconds)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var settings = new RoadSettings { Paths = [manifests], Express = links == "express", Range = new LoopbackRange(network), DnsPort = 0, ApiPort = 0, Trace = Trace };
        using var state = StateDirectory.Open(folder);
        await using var road = Cli.Running.Road.Compose(settings, state, services => services.AddSingleton<TakenLog>().AddSingleton<IJourneyLog>(s => s.GetRequiredService<TakenLog>()));
        var errors = new ErrorList();
        await using var api = await road.StartApiAsync(errors, CancellationToken.None);
        if (api is null || !await road.ApplyAsync(errors, CancellationToken.None)) return await FailAsync(errors.All.Select(e => e.ToString()));
        if (await road.WhenReadyAsync(TimeSpan.FromSeconds(15), CancellationToken.None) is { Count: > 0 } problems) return await FailAsync(problems);

        // As usher up does, which prints a line for each.
        using var printing = new CancellationTokenSource();
        var lines = RequestLines.FollowAsync(road.Services.GetRequiredService<IJourneyFeed>(), printing.Token);
        var turnTime = TimeSpan.FromMilliseconds(milliseconds);
        var load = $"https://127.{network}.0.1:8443/v1/users";
        var log = road.Services.GetRequiredService<TakenLog>();
        var answered = await LoadAsync(script, load, warmSeconds, static () => Task.CompletedTask)
            && await LoadAsync(script, load, (int)(turnTime.TotalSeconds * 4 * count * Slack) + 5, () => TakeTurnsAsync(log, count, turnTime, rows));
        await printing.CancelAsync();
        await lines;
        await road.StopAsync(TimeSpan.FromSeconds(5));
        return answered ? 0 : 1;
    }

    private static async Task TakeTurnsAsync(TakenLog log, int blocks, TimeSpan turn, string rows)
    {
        await using var file = File.AppendText(rows);
        // First all connections are made.
        await Task.Delay(TimeSpan.FromSeconds(1));
        var first = false;
        for (var i = 0; i < blocks * 4; i++)
        {
            // Drawn, so that nothing else that goes by a clock falls into turns of one kind.
            if (i % 4 == 0) first = Random.Shared.Next(2) == 0;
            log.Takes = (i % 4 is 0 or 3) == first;
            await Task.Delay(Settle);
            var (cpu, requests) = (Environment.CpuUsage.TotalTime, log.Requests);
            await Task.Delay(turn - Settle);
            (cpu, requests) = (Environment.CpuUsage.TotalTime - cpu, log.Requests - requests);
            await file.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(log.Takes ? "on" : "off")} {cpu.TotalMicroseconds:0} {requests}"));
        }
    }

    /// <summary>Loads the road for some seconds, and does something meanwhile.</summary>
    /// <returns>Whether every request was answered with 200.</returns>
    private static async Task<bool> LoadAsync(string script, string url, int seconds, Func<Task> meanwhile)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", "-c32", $"-d{seconds}s", "-s", script, url]) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException("wrk didn't start");
        var printed = wrk.StandardOutput.ReadToEndAsync();
        await meanwhile();
        var told = await printed;
        await wrk.WaitForExitAsync();
        var well = wrk.ExitCode == 0 && !told.Contains("Non-2xx", StringComparison.Ordinal) && !told.Contains("Socket errors", StringComparison.Ordinal);
        if (!well) await Console.Error.WriteLineAsync(told);
        return well;
    }

    private static async Task<int> FailAsync(IEnumerable<string> why)
    {
        foreach (var line in why) await Console.Error.WriteLineAsync(line);
        return 1;
    }
}
