using System.Net;
using System.Text.Json;

namespace Usher.Journey.Tests;

/// <summary>Pods that die, and roads that are stopped, killed and started again.</summary>
[Trait("user", "matters")]
public sealed class LifeTests
{
    private static readonly Uri Users = new("https://api.example.com/v1/users");

    [Fact]
    public async Task When_a_pod_is_killed_requests_go_on_and_it_is_started_again()
    {
        const int workers = 4;
        using var manifests = Manifests.Sample();
        manifests.StayReady();
        await using var road = await RunningRoad.StartAsync("-f", manifests.Path);
        await using var load = Load.On(road, Users, workers);
        await load.MoreAsync(road, 50);

        // The pod of the last journey is one that has traffic.
        var journeys = await road.JourneysAsync("a journey has its pod", "limit=1", all => all is [var last] && last.HopNames().Contains("pod"));
        var pod = journeys[0].Hop("pod").Facts();
        var name = $"shop/{pod.Text("pod")}";
        var before = load.Count;
        Machine.Signal(pod.GetProperty("processId").GetInt32(), Machine.Kill);

        await Until.HoldsAsync("the pod was restarted", async () => await PodAsync(road, name) is { } p && p.GetProperty("restarts").GetInt32() == 1 && p.GetProperty("ready").GetBoolean());
        var restarted = load.Count;
        await load.MoreAsync(road, 100);
        await load.StopAsync();

        var all = load.Answers;
        var failed = load.Failures.Count;
        TestContext.Current.SendDiagnosticMessage("{0} of {1} requests failed when a pod was killed", failed, all.Count);
        Assert.All(all.Take(before), s => Assert.Equal("200", s));
        Assert.All(all.Skip(restarted + workers), s => Assert.Equal("200", s));
        // What was in flight there is lost; and what was dialled before its end was noticed.
        Assert.True(failed <= 2 * workers, $"{failed} of {all.Count} requests failed, with {workers} at a time");
        Assert.All(load.Failures, s => Assert.Equal("502", s));
        Assert.Matches($@"(?m)^pod +{name} .* ready, 1 restarts, process", (await road.UsherAsync("status")).Output);
        Assert.Contains(name, road.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_road_that_is_stopped_drains_and_one_that_is_killed_leaves_no_pod_behind()
    {
        var state = Directory.CreateTempSubdirectory("usher-test-").FullName;
        try
        {
            // Stopped: what is in flight ends, and nothing stays.
            byte[] authority;
            string email = $"{Guid.NewGuid():n}@example.org";
            await using (var road = await RunningRoad.StartInAsync(state))
            {
                authority = await File.ReadAllBytesAsync(road.CaCertificate, TestContext.Current.CancellationToken);
                using var client = road.Client();
                var content = new GatedContent($$"""{"name":"In Flight","email":"{{email}}"}""");
                var answer = client.PostAsync(Users, content, TestContext.Current.CancellationToken);
                await Until.HoldsAsync("a request is in flight", async () => (await road.TargetsAsync()).Sum(t => t.GetProperty("outstanding").GetInt32()) == 1);

                Machine.Signal(road.ProcessId, Machine.Interrupt);
                await road.UntilAsync("the road drains", () => road.Errors.Contains("draining", StringComparison.Ordinal));
                await road.UntilAsync("no new connection is taken", () => !Machine.ListeningOn(road.Network).Contains(road.Https));
                content.Open();
                using var response = await answer;

                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                Assert.Equal(0, await road.EndAsync());
                Assert.Matches("(?m)^[0-9:.]+ 201 .* POST https://api.example.com/v1/users", road.Output);
                NothingIsLeft(road);
            }

            // Started again: the same authority, and what was stored is there. Then killed.
            await using (var road = await RunningRoad.StartInAsync(state))
            {
                Assert.Equal(authority, await File.ReadAllBytesAsync(road.CaCertificate, TestContext.Current.CancellationToken));
                Assert.Contains(email, (await road.CurlAsync(Users.ToString())).Output, StringComparison.Ordinal);
                // On a busy machine a health check may be too slow, which is said too.
                Assert.DoesNotContain(road.Errors.Split('\n'), l => l.Length > 0 && !l.StartsWith("usher: target ", StringComparison.Ordinal));
                Assert.True(Machine.ProcessesNaming(state).Count > 3);

                Machine.Signal(road.ProcessId, Machine.Kill);
                Assert.Equal(128 + Machine.Kill, await road.EndAsync());
                await Until.HoldsAsync("its pods are gone too", () => Machine.ProcessesNaming(state).Count == 0);
            }

            // What the killed one left in the folder is in nobody's way.
            var told = await Tool.UsherAsync("status", "--state", state);
            Assert.True(told.ExitCode == 6, told.ToString());
            await using (var road = await RunningRoad.StartInAsync(state))
            {
                Assert.Equal(authority, await File.ReadAllBytesAsync(road.CaCertificate, TestContext.Current.CancellationToken));
                Assert.Contains(email, (await road.CurlAsync(Users.ToString())).Output, StringComparison.Ordinal);
                Machine.Signal(road.ProcessId, Machine.Terminate);
                Assert.Equal(0, await road.EndAsync());
                NothingIsLeft(road);
            }
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static void NothingIsLeft(RunningRoad road)
    {
        Assert.Empty(Machine.ProcessesNaming(road.State));
        Assert.Empty(Machine.ListeningOn(road.Network));
        Assert.False(File.Exists(Path.Combine(road.State, "road.json")));
    }

    private static async Task<JsonElement?> PodAsync(RunningRoad road, string name) =>
        (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray().Where(p => p.Text("name") == name).Select(p => (JsonElement?)p).FirstOrDefault();
}
