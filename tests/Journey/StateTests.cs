using Microsoft.Extensions.Logging.Abstractions;
using Usher.Control.State;

namespace Usher.Journey.Tests;

/// <summary>What outlives a run of <c>usher up</c>.</summary>
[Trait("user", "matters")]
public sealed class StateTests
{
    [Fact]
    public async Task Journeys_and_certificates_survive_a_stop_and_a_kill()
    {
        using var state = Manifests.Empty();
        string authority, stopped, killed;
        await using (var road = await RunningRoad.StartInAsync(state.Path, "--stand-in"))
        {
            authority = await File.ReadAllTextAsync(road.CaCertificate, TestContext.Current.CancellationToken);
            stopped = (await road.TraceAsync("https://api.example.com/v1/users?run=1")).Text("id")!;
        }

        await using (var road = await RunningRoad.StartInAsync(state.Path, "--stand-in"))
        {
            Assert.Equal(authority, await File.ReadAllTextAsync(road.CaCertificate, TestContext.Current.CancellationToken));
            Assert.Contains(stopped, (await road.UsherAsync("journeys")).Output, StringComparison.Ordinal);
            var told = await road.UsherAsync("journeys", stopped, "--json");
            Assert.True(told.ExitCode == 0, told.ToString());
            Assert.Contains("load-balancer", told.Output, StringComparison.Ordinal);

            killed = (await road.TraceAsync("https://api.example.com/v1/users?run=2")).Text("id")!;
            await road.UntilAsync("the journey is stored", () => Stored(state.Path).Any(key => key.Contains(killed, StringComparison.Ordinal)));
            Machine.Signal(road.ProcessId, Machine.Kill);
            await road.EndAsync();
        }

        await using (var road = await RunningRoad.StartInAsync(state.Path, "--stand-in"))
        {
            Assert.Equal(authority, await File.ReadAllTextAsync(road.CaCertificate, TestContext.Current.CancellationToken));
            var listed = (await road.UsherAsync("journeys")).Output;
            Assert.Contains(stopped, listed, StringComparison.Ordinal);
            Assert.Contains(killed, listed, StringComparison.Ordinal);
            Assert.DoesNotContain("damaged", road.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_file_is_set_aside_and_the_road_comes_up()
    {
        using var state = Manifests.Empty();
        state.Write("usher.db", new string('x', 20_000));
        await using var road = await RunningRoad.StartInAsync(state.Path, "--stand-in");

        Assert.True(File.Exists(state.FileOf("usher.db.damaged-1")));
        await road.UntilAsync("it is said", () => road.Errors.Contains("The state in", StringComparison.Ordinal));
        Assert.Contains("set aside as usher.db.damaged-1", road.Errors, StringComparison.Ordinal);
        Assert.Equal("ok", (await road.TraceAsync("https://api.example.com/v1/users")).Text("outcome"));
    }

    [Fact]
    public async Task Nothing_is_written_outside_of_the_state_folder()
    {
        using var home = Manifests.Empty();
        await using var road = await RunningRoad.StartWithAsync([("HOME", home.Path), ("DOTNET_CLI_HOME", home.Path)], "--stand-in");
        Assert.Equal("ok", (await road.TraceAsync("https://api.example.com/v1/users")).Text("outcome"));

        // A page of the dashboard, which signs what it hands out.
        var (api, token) = await road.AnnouncedAsync();
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri($"{api}/?token={token}"), TestContext.Current.CancellationToken);
        Assert.Contains("<!--Blazor:{\"type\":\"server\"", page, StringComparison.Ordinal);

        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    private static IReadOnlyList<string> Stored(string state)
    {
        using var store = new SqliteStateStore(new StateStoreOptions(state), NullLogger<SqliteStateStore>.Instance);
        return store.Keys("journeys");
    }
}
