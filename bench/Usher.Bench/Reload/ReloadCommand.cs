using System.Net;

namespace Usher.Bench.Reload;

/// <summary>
/// <c>reload</c>: saves a configuration again and again under a steady load, and measures each time how long it takes until a request is served by what was saved.
/// <list type="number">
/// <item>The load and the poll alone, for what they cost.</item>
/// <item>The same with the saves.</item>
/// </list>
/// A save (<see cref="Saves"/>) puts a file in the place of another.
/// </summary>
internal static class ReloadCommand
{
    internal const string Usage =
        "usage: reload ADDRESS:PORT HOST TEMPLATE FILE SAVES PID [hup]    PID: whose CPU time and memory is measured, its children's too; hup: signal it after each save";

    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(5);
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <returns>0; 1 when a save was never served; 2 on wrong usage.</returns>
    internal static async Task<int> RunAsync(string[] args)
    {
        if (args.Length is < 6 or > 7 || !IPEndPoint.TryParse(args[0], out var server) || !int.TryParse(args[4], out var saves) || !int.TryParse(args[5], out var pid))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var (host, template, file) = (args[1], await File.ReadAllTextAsync(args[2]), args[3]);
        var processes = new ProcessTree(pid);
        using var stop = new CancellationTokenSource();
        var load = new SteadyLoad(server, "api.example.com", "/v1/users");
        var loading = load.RunAsync(stop.Token);
        using var poll = new KeptConnection(server, host);
        var save = new Saves(poll, template, file, args.Length == 7 ? processes : null);

        // The first save is for what is compiled as it runs.
        await save.SaveAsync(0);
        Figures.Print("memory_before_mb", processes.Memory / 1e6);

        // 1.
        var (began, spent) = (Time.GetTimestamp(), processes.Cpu);
        while (Time.GetElapsedTime(began) < Alone) await poll.AskAsync("/probe-none");
        var share = (processes.Cpu - spent) / Time.GetElapsedTime(began);

        // 2.
        (began, spent) = (Time.GetTimestamp(), processes.Cpu);
        var times = new List<double>();
        for (var k = 1; k <= saves; k++)
        {
            times.Add(await save.SaveAsync(k));
            // What a generation leaves to do is a part of its cost.
            for (var after = Time.GetTimestamp(); Time.GetElapsedTime(after) < TimeSpan.FromMilliseconds(500);) await poll.AskAsync("/probe-none");
        }

        var cpu = processes.Cpu - spent - (share * Time.GetElapsedTime(began));
        await stop.CancelAsync();
        await loading;
        times.Sort();
        Figures.Print("served_median_ms", times[times.Count / 2]);
        Figures.Print("served_most_ms", times[^1]);
        Figures.Print("cpu_per_reload_ms", cpu.TotalMilliseconds / saves);
        Figures.Print("memory_after_mb", processes.Memory / 1e6);
        Figures.Print("load_requests", load.Answered);
        Figures.Print("failed", load.Failed);
        Figures.Print("closed", load.Closed);
        return 0;
    }
}
