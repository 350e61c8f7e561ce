using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>usher up</c> in a process of its own, on a loopback network and ports that nothing else uses.</summary>
internal sealed partial class RunningRoad : IAsyncDisposable
{
    private static int networks = 100;
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();

    private RunningRoad(Process process, string state, int network)
    {
        this.process = process;
        State = state;
        Network = network;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal string State { get; }

    internal int Network { get; }

    internal int ProcessId => process.Id;

    internal string Output => string.Join('\n', output);

    internal string Errors => string.Join('\n', errors);

    /// <summary>The load balancer's HTTPS endpoint.</summary>
    internal IPEndPoint Https => new(IPAddress.Parse($"127.{Network}.0.1"), 8443);

    internal IPEndPoint Http => new(IPAddress.Parse($"127.{Network}.0.1"), 8080);

    internal IPEndPoint Dns { get; private set; } = new(IPAddress.Loopback, 0);

    internal string CaCertificate { get; private set; } = "";

    /// <summary>Starts a road and waits until it says that it is up.</summary>
    internal static async Task<RunningRoad> StartAsync(params string[] arguments)
    {
        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;
        var network = FreeNetwork();
        var process = Tool.Start("dotnet", [Tool.Usher, "up", "--state", state, "--loopback", $"{network}", "--dns-port", "0", "--api-port", "0", .. arguments]);
        var road = new RunningRoad(process, state, network);
        try
        {
            await road.UntilAsync(() => road.Output.Contains("The road is up", StringComparison.Ordinal) && road.Output.Contains("usher trace", StringComparison.Ordinal));
            await road.ReadAddressesAsync();
            return road;
        }
        catch
        {
            await road.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>usher trace … --json</c> through this road.</summary>
    internal async Task<JsonElement> TraceAsync(params string[] arguments)
    {
        var ended = await Tool.UsherAsync(["trace", "--json", "--state", State, .. arguments]);
        Assert.True(ended.Output.StartsWith('{'), ended.ToString());
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    internal Task<Ended> UsherAsync(string command, params string[] arguments) => Tool.UsherAsync([command, "--state", State, .. arguments]);

    /// <summary>curl as the road suggests it.</summary>
    internal Task<Ended> CurlAsync(params string[] arguments) =>
        Tool.RunAsync("curl", ["-sS", "--max-time", "20", "--cacert", CaCertificate, "--connect-to", $"api.example.com:443:{Https}", "--connect-to", $"api.example.com:80:{Http}", .. arguments]);

    /// <summary>Waits for a condition, within a limit.</summary>
    internal async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (process.HasExited || TimeProvider.System.GetElapsedTime(started) > Tool.Limit)
            {
                throw new InvalidOperationException($"{(process.HasExited ? $"the road ended with code {process.ExitCode}" : "waited in vain")}\n--- output\n{Output}\n--- error\n{Errors}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    internal async Task<int> SignalAsync(int signal)
    {
        Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Tool.Limit, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, 15);
            try
            {
                await process.WaitForExitAsync().WaitAsync(Tool.Limit);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
        Directory.Delete(State, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }

    private async Task ReadAddressesAsync()
    {
        var status = await Tool.UsherAsync("status", "--state", State);
        var line = status.Output.Split('\n').First(l => l.Contains("name server", StringComparison.Ordinal));
        Dns = IPEndPoint.Parse(line[(line.LastIndexOf(' ') + 1)..]);
        CaCertificate = Path.Combine(State, "ca", "ca.pem");
    }

    /// <summary>A loopback network whose first address nobody listens on.</summary>
    private static int FreeNetwork()
    {
        while (true)
        {
            var network = Interlocked.Increment(ref networks);
            if (network > 240) throw new InvalidOperationException("no loopback network is free for a test");
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Parse($"127.{network}.0.1"), 8443));
                return network;
            }
            catch (SocketException)
            {
                // Taken by another run.
            }
        }
    }
}
