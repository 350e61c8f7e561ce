using System.Net;
using Usher.Bench.Reload;

namespace Usher.Bench.Routes;

/// <summary>
/// <c>changes</c>: changes one route of many on disk again and again under a steady load, and measures each time how long it takes until a request follows it (<see cref="Saves"/>). Ends by itself.
/// </summary>
internal static class ChangesCommand
{
    internal const string Usage =
        "usage: changes ADDRESS:PORT HOST TEMPLATE FILE CHANGES SECONDS PID rename|write [hup]    SECONDS: no further change after so many; rename: another file takes its place, write: it is written again; hup: signal PID after each; @K@ in FILE and HOST: the change's number";

    /// <summary>From one change that is followed to the next.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeProvider Time = TimeProvider.System;

    /// <returns>0; 2 on wrong usage.</returns>
    internal static async Task<int> RunAsync(string[] args)
    {
        if (args.Length is < 8 or > 9 || !IPEndPoint.TryParse(args[0], out var server) || !int.TryParse(args[4], out var changes) || !int.TryParse(args[5], out var seconds)
            || !int.TryParse(args[6], out var pid) || args[7] is not ("rename" or "write"))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var (host, template, file, inPlace) = (args[1], await File.ReadAllTextAsync(args[2]), args[3], args[7] == "write");
        var processes = new ProcessTree(pid);
        using var stop = new CancellationTokenSource();
        var load = new SteadyLoad(server, "api.example.com", "/v1/users", plain: true);
        var loading = load.RunAsync(stop.Token);
        using var poll = new KeptConnection(server, host, plain: true);
        var saves = new Saves(poll, template, file, args.Length == 9 ? processes : null) { InPlace = inPlace, Host = host };

        // The first ones are for what is compiled as it runs.
        var warmUp = Math.Min(changes, 20);
        var times = new List<double>();
        var began = Time.GetTimestamp();
        for (var k = 1; k <= warmUp + changes && (k <= warmUp || Time.GetElapsedTime(began) < TimeSpan.FromSeconds(seconds)); k++)
        {
            if (k == warmUp + 1) began = Time.GetTimestamp();
            var taken = await saves.SaveAsync(k);
            if (k > warmUp) times.Add(taken);
            await Task.Delay(Pause);
        }

        await stop.CancelAsync();
        await loading;
        times.Sort();
        Figures.Print("changes", times.Count);
        Figures.Print("p50_ms", times[times.Count / 2]);
        Figures.Print("p99_ms", times[Math.Min(times.Count - 1, times.Count * 99 / 100)]);
        Figures.Print("most_ms", times[^1]);
        Figures.Print("memory_mb", processes.Memory / 1e6);
        Figures.Print("requests", load.Answered);
        Figures.Print("failed", load.Failed);
        return 0;
    }
}
