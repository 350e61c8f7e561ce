using System.Globalization;

namespace Usher.Journey.Tests;

/// <summary>
/// Targets that fail in every way at once, and clients that check every byte: nobody ever gets what isn't his, and who asks a target that works gets its answer. <c>bench/load/faults</c> does the same for ten minutes with 10,000 slow clients.
/// </summary>
public sealed class FaultsTests
{
    private static readonly string Faults = Path.Combine(Tool.Root, "artifacts/bin/Usher.Faults/release/Usher.Faults.dll");

    [Theory]
    [InlineData("--express")]
    [InlineData()]
    public async Task Every_client_gets_its_own_answer_whatever_happens_to_others(params string[] flags)
    {
        await using var road = await RunningRoad.StartAsync([.. flags, "-f", Path.Combine(Tool.Root, "bench/load/faults/manifests")]);
        await Until.HoldsAsync("a pod answers", async () => (await road.CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "https://api.example.com/plain/1/1")).Output == "200");
        var at = road.Https.ToString();
        var slow = Tool.RunAsync("dotnet", Faults, "slow", "https://api.example.com/", at, "300", "10");
        // So many answers, and not so many seconds: those are few on a busy machine.
        var clients = await Tool.RunAsync("dotnet", Faults, "clients", "https://api.example.com/", at, "8", "50", "300");

        Assert.True(clients.ExitCode == 0, clients.ToString());
        // The end of its list: "all  N right  0 wrong".
        Assert.True(long.Parse(clients.Output.TrimEnd().Split('\n')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >= 300, clients.ToString());
        var held = await slow;
        Assert.True(held.ExitCode == 0 && held.Output.Contains("300 open", StringComparison.Ordinal), held.ToString());
        await Until.HoldsAsync("no request is outstanding", async () => (await road.TargetsAsync()).All(t => t.GetProperty("outstanding").GetInt32() == 0));
    }
}
