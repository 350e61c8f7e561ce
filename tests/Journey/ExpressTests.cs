using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Usher.Model.Journeys;

namespace Usher.Journey.Tests;

/// <summary>The road of <c>roads/agreement</c> with one of everything, so that no draw leads elsewhere, and two Services whose pods refuse.</summary>
public abstract class Twin : AgreementRoad
{
    private readonly Manifests manifests = Manifests.Empty();

    private protected Twin()
    {
        foreach (var file in new[] { "edge.yaml", "kubernetes.yaml" }) manifests.Write(file, File.ReadAllText(Path.Combine(StandInRoad.Folder, file)));
        manifests.Change("edge.yaml", "[{ id: i-0a1b2c3d4e5f60001 }, { id: i-0a1b2c3d4e5f60002 }]", "[{ id: i-0a1b2c3d4e5f60001 }]");
        manifests.Change("kubernetes.yaml", """
            apiVersion: v1
            kind: Node
            metadata: { name: node-b, labels: { topology.kubernetes.io/zone: us-east-1b } }
            spec: { providerID: aws:///us-east-1b/i-0a1b2c3d4e5f60002 }
            status: { addresses: [{ type: InternalIP, address: 10.0.2.10 }] }
            ---

            """, "");
        manifests.Change("kubernetes.yaml", "replicas: 2", "replicas: 1");
        manifests.Change("kubernetes.yaml", "replicas: 3", "replicas: 1");
        manifests.Write("more.yaml", """
            apiVersion: v1
            kind: Service
            metadata: { name: shut, namespace: web }
            spec:
              selector: { app: app }
              ports: [{ name: http, port: 80, targetPort: 9 }]
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: more, namespace: web }
            spec:
              ingressClassName: nginx
              rules:
                - host: "app.example.org"
                  http:
                    paths:
                      - { path: /shut, pathType: Prefix, backend: { service: { name: shut, port: { name: http } } } }
            """);
    }

    private protected override string Folder => manifests.Path;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        manifests.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Every hop is a socket.</summary>
public sealed class WireTwin : Twin;

/// <summary>The same on express links.</summary>
public sealed class ExpressTwin : Twin
{
    private protected override bool Express => true;
}

/// <summary>Express links change what a request costs and nothing else: each is sent over both roads, and both tell the same journey.</summary>
public sealed partial class ExpressTests(WireTwin wire, ExpressTwin express) : IClassFixture<WireTwin>, IClassFixture<ExpressTwin>
{
    private static readonly IReadOnlyDictionary<string, AgreementCase> Cases = new[]
    {
        new AgreementCase("TRACE https://app.example.org/api", 405, "load-balancer"),
    }.Concat(AgreementCases.All.Values.Where(c => !c.Name.Contains("X-Canary", StringComparison.Ordinal))).ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_request_has_the_same_journey_over_both(string name)
    {
        var request = Cases[name];

        var overWire = await wire.SendAsync(request);
        var overExpress = await express.SendAsync(request);

        Assert.Equal(request.Status, overWire.Status);
        Assert.Equal(overWire.Status, overExpress.Status);
        // Stand-ins answer with the request as it arrived, so this is what reached the pod too.
        Assert.Equal(Plain(overWire.Body), Plain(overExpress.Body));
        Assert.Equal(Told(overWire.Journey), Told(overExpress.Journey));
        if (overExpress.Journey is { } journey) LinksAre(journey);
    }

    /// <summary>A relay that is refused resets its client. On a socket that may come before or after the client knows that it is connected.</summary>
    [Fact]
    public async Task A_pod_that_refuses_is_a_502_of_the_ingress_over_both()
    {
        var request = new AgreementCase("GET https://app.example.org/shut", 502, "ingress");
        foreach (AgreementRoad road in new AgreementRoad[] { wire, express })
        {
            var sent = await road.SendAsync(request);

            Assert.Equal((502, "ingress"), (sent.Status, sent.Journey!.AnsweredBy));
            Assert.Contains(":9 of Service web/shut:http refused the connection", sent.Journey.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Usher_up_express_runs_a_road_whose_hops_pass_requests_on_by_themselves()
    {
        await using var road = await RunningRoad.StartAsync("--express");

        var journey = await road.TraceAsync("https://api.example.com/v1/users");

        Assert.Equal("ok", journey.Text("outcome"));
        Assert.Equal("express", journey.Hop("load-balancer").Facts().Text("link"));
        Assert.Contains("application", journey.HopNames());
        // Every address still listens.
        Assert.Equal("200", (await Tool.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: api.example.com", $"http://127.{road.Network}.1.1:30080/v1/users")).Output);
        Machine.Signal(road.ProcessId, Machine.Interrupt);
        Assert.Equal(0, await road.EndAsync());
    }

    [Fact]
    public async Task What_is_chosen_for_a_connection_stays_on_it()
    {
        var request = Cases["GET https://app.example.org/api/x/y?z=1"];
        foreach (AgreementRoad road in new AgreementRoad[] { wire, express })
        {
            await road.SendAsync(request);

            var again = (await road.SendAsync(request)).Journey!;

            var service = again.Hops.Last(h => h.Hop == Hop.Service);
            Assert.StartsWith("reused (request ", service.Facts["connection"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.StartsWith("when the connection was opened", service.Facts["decided"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    /// <summary>In process as far as this process goes; the pod is reached by a socket.</summary>
    private static void LinksAre(Model.Journeys.Journey journey)
    {
        if (journey.Hops.FirstOrDefault(h => h.Hop == Hop.Ingress) is not { } ingress) return;
        Assert.Equal("express", journey.Hops.First(h => h.Hop == Hop.LoadBalancer).Facts["link"]?.GetValue<string>());
        Assert.Equal("express", journey.Hops.First(h => h.Hop == Hop.Endpoint).Facts["link"]?.GetValue<string>());
        if (journey.Hops.Any(h => h.Hop == Hop.Pod))
        {
            // A virtual IP is in this process; a pod that the ingress dials itself isn't.
            var direct = ingress.Facts["endpoint"] is not null;
            Assert.Equal(direct ? "wire" : "express", ingress.Facts["link"]?.GetValue<string>());
            Assert.Equal(direct ? "node" : "clusterIP", journey.Hops.Last(h => h.Hop == Hop.Endpoint).At);
            if (direct) return;
            Assert.Equal("wire", journey.Hops.Last(h => h.Hop == Hop.Endpoint).Facts["link"]?.GetValue<string>());
        }
    }

    /// <summary>A journey without what differs from one request to the next.</summary>
    private static string Told(Model.Journeys.Journey? journey)
    {
        if (journey is null) return "";
        var told = JsonSerializer.SerializeToNode(journey, JourneyJson.Default.Journey)!.AsObject();
        Strip(told);
        return Plain(told.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) Strip(item);
        }
        else if (node is JsonObject fields)
        {
            foreach (var name in fields.Select(f => f.Key).Where(Varies).ToList()) fields.Remove(name);
            foreach (var (_, value) in fields) Strip(value);
        }
    }

    private static bool Varies(string name) =>
        name.EndsWith("Ms", StringComparison.Ordinal) || name.EndsWith("At", StringComparison.Ordinal) || name is "id" or "traceId" or "startedAt" or "draw" or "link" or "serial" or "notBefore" or "notAfter" or "renewsFrom";

    private static string Plain(string text) =>
        Nth().Replace(Moment().Replace(Network().Replace(ClientPort().Replace(Id().Replace(PodName().Replace(text, "-pod"), "ID"), "client"), "127.N."), "then"), "n");

    [GeneratedRegex("-[0-9a-f]{8,10}-[0-9a-z]{5}\\b")]
    private static partial Regex PodName();

    [GeneratedRegex("1-[0-9a-f]{8}-[0-9a-f]{24}|00-[0-9a-f]{32}-[0-9a-f]{16}-01|\\b[0-9a-f]{32}\\b")]
    private static partial Regex Id();

    [GeneratedRegex("127\\.0\\.[0-9]+\\.[0-9]+:[0-9]+|(?<=\"(?:from|peer)\": \"127\\.[0-9]+\\.[0-9]+\\.[0-9]+):[0-9]+")]
    private static partial Regex ClientPort();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\\\\u002B00:00)")]
    private static partial Regex Moment();

    // A connection may be lost and made anew on one road only: a pod that closes one is a matter of timing.
    [GeneratedRegex("(?<=reused \\(request )[0-9]+|[0-9]+ requests?(?= ago)")]
    private static partial Regex Nth();

    [GeneratedRegex("127\\.[1-9][0-9]*\\.")]
    private static partial Regex Network();
}
