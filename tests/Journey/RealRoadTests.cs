using System.Net;
using System.Text.Json;
using Usher.Journey.Tests.OtherRoads;

namespace Usher.Journey.Tests;

/// <summary>
/// Applications as people ship them, with stand-ins for images that can't be pulled here: they run unchanged, and every Service answers as a caller in the cluster asks it.
/// Manifests of other projects are tried too where they are found (<see cref="OthersRoads"/>).
/// </summary>
public sealed class RealRoadTests
{
    /// <summary>Where an application is, how many Services it has, and a path through the edge to a pod of which Service, if any.</summary>
    public static TheoryData<string, int, string?> Applications()
    {
        var all = new TheoryData<string, int, string?> { { Path.Combine(Folder, "application.yaml"), 4, "storefront" } };
        if (OthersRoads.Folder is not { } others) return all;
        all.Add(Path.Combine(others, "online-boutique"), 12, "frontend");
        all.Add(Path.Combine(others, "alb-2048"), 1, null);
        all.Add(Path.Combine(others, "alb-echoservice"), 1, null);
        all.Add(Path.Combine(others, "alb-grpc"), 1, null);
        return all;
    }

    private static string Folder { get; } = Path.Combine(Tool.Root, "tests/Journey/roads/boutique");

    [Theory]
    [MemberData(nameof(Applications))]
    public async Task It_runs_unchanged_and_every_Service_answers(string application, int services, string? edge)
    {
        await using var road = await RunningRoad.StartAsync(
            "--stand-in", "-f", application, "-f", Path.Combine(Folder, "kubernetes.yaml"), "-f", Path.Combine(Folder, "edge.yaml"));
        await Until.HoldsAsync("every pod is ready", async () => (await road.ApiAsync("/api/road")).GetProperty("pods").EnumerateArray().All(p => p.GetProperty("ready").GetBoolean()));

        var report = await road.ApiAsync("/api/road");
        var own = report.GetProperty("services").EnumerateArray().Where(s => !s.Text("name")!.StartsWith("ingress-nginx/", StringComparison.Ordinal)).ToList();
        Assert.Equal(services, own.Count);
        foreach (var service in own) await AnswersInTheClusterAsync(road, report, service);

        if (edge is null) return;
        var journey = await road.TraceAsync("https://shop.example.org/cart?x=1");
        Assert.Equal(("ok", "pod"), (journey.Text("outcome"), journey.Text("answeredBy")));
        Assert.StartsWith($"default/{edge}-", journey.Hop("pod").Text("name"), StringComparison.Ordinal);
        Assert.Equal("True", journey.Hop("pod").Facts().Text("standIn"));
    }

    [Fact]
    public async Task What_is_not_served_is_named_once_with_its_object()
    {
        using var manifests = Manifests.Empty();
        manifests.Write("ingress.yaml", """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: public }
            spec: { ingressClassName: traefik, defaultBackend: { service: { name: storefront, port: { number: 80 } } } }
            """);

        await using var road = await RunningRoad.StartAsync("--stand-in", "-f", Folder, "-f", manifests.Path);

        var warning = Assert.Single(road.Errors.Split('\n'), l => l.Contains("traefik", StringComparison.Ordinal));
        Assert.StartsWith($"warning: {manifests.FileOf("ingress.yaml")}:4: Ingress default/public: spec.ingressClassName: class 'traefik'", warning, StringComparison.Ordinal);
    }

    /// <summary>By name in the cluster's DNS, then at the address that it gives: over HTTP/1.1, and over HTTP/2 without TLS as gRPC clients speak.</summary>
    private static async Task AnswersInTheClusterAsync(RunningRoad road, JsonElement report, JsonElement service)
    {
        var name = service.Text("name")!;
        var (ns, short_) = (name.Split('/')[0], name.Split('/')[1]);
        var port = service.GetProperty("ports")[0];
        var dns = IPEndPoint.Parse(report.Text("clusterDns")!);
        var asked = await Tool.RunAsync("dig", $"@{dns.Address}", "-p", $"{dns.Port}", "+short", $"{short_}.{ns}.svc.cluster.local");
        // A headless Service has no address of its own: its name is its pods'.
        var bound = port.Text("bound") is { } front ? IPEndPoint.Parse(front) : new IPEndPoint(IPAddress.Parse(asked.Output.Split('\n')[0]), port.GetProperty("port").GetInt32());
        Assert.Equal($"{bound.Address}", asked.Output.Split('\n')[0]);
        foreach (var version in new[] { "--http1.1", "--http2-prior-knowledge" })
        {
            var answer = await Tool.RunAsync("curl", "-sS", "--max-time", "60", version, $"http://{bound}/any/path");
            Assert.True(answer.ExitCode == 0, $"{name} {version}: {answer}");
            using var body = JsonDocument.Parse(answer.Output);
            Assert.Equal(ns, body.RootElement.Text("namespace"));
            Assert.Equal("/any/path", body.RootElement.Text("url"));
        }
    }
}
