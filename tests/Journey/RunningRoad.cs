using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary><c>usher up</c> in a process of its own, on a loopback network and ports that nothing else uses.</summary>
internal sealed class RunningRoad : IAsyncDisposable
{
    private readonly Process process;
    private readonly bool ownsState;
    private readonly LoopbackNetwork network;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();

    private RunningRoad(Process process, string state, bool ownsState, LoopbackNetwork network)
    {
        this.process = process;
        this.ownsState = ownsState;
        State = state;
        this.network = network;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal string State { get; }

    internal int Network => network.Number;

    internal int ProcessId => process.Id;

    internal string Output => string.Join('\n', output);

    internal string Errors => string.Join('\n', errors);

    /// <summary>The addresses of the sample's load balancer, in each of its two zones.</summary>
    internal string[] LoadBalancer => [$"127.{Network}.0.1", $"127.{Network}.0.2"];

    /// <summary>The load balancer's HTTPS endpoint, in its first zone.</summary>
    internal IPEndPoint Https => new(network.LoadBalancer, 8443);

    internal IPEndPoint Http => new(network.LoadBalancer, 8080);

    /// <summary>The name server, as the road itself printed it.</summary>
    internal IPEndPoint Dns => IPEndPoint.Parse(output.First(l => l.StartsWith("  name server", StringComparison.Ordinal)).Split(' ')[^1]);

    /// <summary>The cluster's DNS, as the road itself printed it.</summary>
    internal IPEndPoint ClusterDns => IPEndPoint.Parse(output.First(l => l.StartsWith("  cluster's DNS", StringComparison.Ordinal)).Split(' ')[^1]);

    internal string CaCertificate => Path.Combine(State, "ca", "ca.pem");

    /// <summary>Starts a road in a state folder of its own, and waits until it says that it is up.</summary>
    internal static Task<RunningRoad> StartAsync(params string[] arguments) =>
        StartAsync(Directory.CreateTempSubdirectory("usher-test-").FullName, ownsState: true, [], arguments);

    /// <summary>The same, with these variables in its environment.</summary>
    internal static Task<RunningRoad> StartWithAsync((string Name, string Value)[] variables, params string[] arguments) =>
        StartAsync(Directory.CreateTempSubdirectory("usher-test-").FullName, ownsState: true, variables, arguments);

    /// <summary>Starts a road in a state folder that is there, and stays there.</summary>
    internal static Task<RunningRoad> StartInAsync(string state, params string[] arguments) => StartAsync(state, ownsState: false, [], arguments);

    private static async Task<RunningRoad> StartAsync(string state, bool ownsState, (string Name, string Value)[] variables, string[] arguments)
    {
        var network = LoopbackNetwork.Free();
        var process = Tool.Start("dotnet", [Tool.Usher, "up", "--state", state, "--loopback", $"{network.Number}", "--dns-port", "0", "--api-port", "0", .. arguments], [("USHER_TEST", state), .. variables]);
        var road = new RunningRoad(process, state, ownsState, network);
        try
        {
            await road.UntilAsync("the road is up", () => road.Output.Contains("The road is up", StringComparison.Ordinal) && (road.Output.Contains("usher trace", StringComparison.Ordinal) || road.Output.Contains("No request was found", StringComparison.Ordinal)));
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
        var ended = await UsherAsync("trace", ["--json", .. arguments]);
        Assert.True(ended.Output.StartsWith('{'), ended.ToString());
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    internal Task<Ended> UsherAsync(string command, params string[] arguments) => Tool.UsherAsync([command, .. arguments, "--state", State]);

    /// <summary>curl as the road suggests it; every name and port of the load balancer's leads to it.</summary>
    internal Task<Ended> CurlAsync(params string[] arguments) => Tool.RunAsync(StartCurl(arguments));

    /// <summary>The same curl, to be waited for or ended by the caller.</summary>
    internal Process StartCurl(params string[] arguments) => Tool.Start(
        "curl",
        ["-sS", "--max-time", "60", "--cacert", CaCertificate, "--connect-to", $":443:{Https}", "--connect-to", $":80:{Http}", "--connect-to", $":8443:{Https}", "--connect-to", $":8080:{Http}", .. arguments]);

    /// <summary>The targets, as the road's API tells of them.</summary>
    internal async Task<IReadOnlyList<JsonElement>> TargetsAsync() => [.. (await ApiAsync("/api/road")).GetProperty("targets").EnumerateArray()];

    /// <summary>Where the road's API is, and what it wants as a bearer token: as the road tells whoever may read its state folder.</summary>
    internal async Task<(string Api, string Token)> AnnouncedAsync()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(State, "road.json"), TestContext.Current.CancellationToken));
        return (file.RootElement.Text("api")!, file.RootElement.Text("token")!);
    }

    /// <summary>What the road's API answers.</summary>
    internal async Task<JsonElement> ApiAsync(string path)
    {
        var (api, token) = await AnnouncedAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var text = await client.GetStringAsync(new Uri(api + path), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>
    /// The road's list of journeys, newest first, once it is as wanted: the records of a request are closed a moment after its client has the answer.
    /// </summary>
    internal async Task<IReadOnlyList<JsonElement>> JourneysAsync(string what, string query, Func<IReadOnlyList<JsonElement>, bool> wanted)
    {
        IReadOnlyList<JsonElement> journeys = [];
        await Until.HoldsAsync(what, async () => wanted(journeys = [.. (await ApiAsync($"/api/journeys?{query}")).EnumerateArray()]));
        return journeys;
    }

    /// <summary>A client whose every connection goes to the HTTPS listener and trusts the road's CA alone.</summary>
    internal HttpClient Client()
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(CaCertificate);
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(Https, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
    }

    /// <summary>Waits for a condition as long as the road runs, within a limit.</summary>
    internal Task UntilAsync(string what, Func<bool> condition) => Until.HoldsAsync(what, () =>
    {
        if (condition()) return true;
        if (process.HasExited) throw new InvalidOperationException($"the road ended with code {process.ExitCode} before: {what}\n--- output\n{Output}\n--- error\n{Errors}");
        return false;
    });

    /// <summary>Waits for the end, and for the last lines.</summary>
    internal async Task<int> EndAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Tool.Limit, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Machine.Signal(process.Id, Machine.Terminate);
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
        network.Dispose();
        if (ownsState) Directory.Delete(State, recursive: true);
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }
}
