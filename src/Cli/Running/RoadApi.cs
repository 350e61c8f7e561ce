using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Certificates;
using Usher.Dns;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Cli.Running;

/// <summary>What the commands ask a running road besides its journeys.</summary>
internal static class RoadApi
{
    internal static void MapRoad(this IEndpointRouteBuilder routes, Road road)
    {
        routes.MapGet("/api/road", (HttpContext context) => WriteAsync(context, Report(road)));
        routes.MapPost("/api/explain", async (HttpContext context) =>
        {
            var asked = await context.Request.ReadFromJsonAsync(RoadJson.Default.ExplainRequest, context.RequestAborted);
            if (asked is not { IsWellFormed: true })
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            var journey = asked.Explain(road.Services.GetRequiredService<Explainer>(), road.Generation);
            await context.Response.WriteAsJsonAsync(journey, JourneyJson.Default.Journey, cancellationToken: context.RequestAborted);
        });
    }

    private static Task WriteAsync(HttpContext context, RoadReport report) =>
        context.Response.WriteAsJsonAsync(report, RoadJson.Default.RoadReport, cancellationToken: context.RequestAborted);

    internal static RoadReport Report(Road road)
    {
        var services = road.Services;
        var generation = road.Generation;
        var health = services.GetRequiredService<ITargetHealth>();
        return new RoadReport(
            generation.Number,
            services.GetRequiredService<DnsServerAddress>().EndPoint?.ToString() ?? "",
            services.GetRequiredService<CertificateAuthority>().CertificatePath,
            ListenerLine.All(health, generation),
            [.. health.All(generation).Select(t => new TargetLine(t.TargetGroup, t.Target, t.State, t.Description, t.Outstanding) { AnomalyDetection = t.AnomalyDetection, Reason = t.Reason })],
            [.. services.GetRequiredService<IPodDirectory>().Current.Values
                .OrderBy(p => p.Key, ResourceKey.ByName)
                .Select(p => new PodLine(
                    p.Key.Short, generation.Addresses.Find(p.Key)?.ToString() ?? "",
                    p.Phase, p.Ready, p.Restarts, p.Runtime.ToString(), p.Message, p.Reason, $"{p.ReadyContainers}/{p.Containers}") { ReadinessGates = p.ReadinessGates })],
            [.. services.GetRequiredService<INodeReports>().All(generation)
                .Select(n => new NodeLine(n.Name, n.InstanceId, n.Zone, n.Address.ToString(), n.State, n.Derived)
                {
                    StoppedSince = n.StoppedSince, Drained = n.Drained,
                })])
        {
            ClusterDns = services.GetRequiredService<IClusterDns>().Bound(generation)?.ToString(),
            Refused = [.. road.Refused.Select(e => e.ToString())],
            Conditions = [.. services.GetServices<IStatusReports>().SelectMany(r => r.All(generation)).Select(ConditionsLine.Of)],
            NotAccepted = [.. generation.Warnings.Where(w => w.NotAccepted).Select(w => w.ToString())],
            Warnings = [.. generation.Warnings.Where(w => !w.NotAccepted).Select(w => w.ToString())],
            Services = [.. services.GetRequiredService<IServiceReports>().All(generation).Select(ServiceLine.Of)],
            Workloads = [.. road.Rollouts.Select(r => new WorkloadLine(
                r.Key.Kind, r.Key.Short, r.Done ? "done" : r.Failed ? "failed" : "in progress", r.Message, r.Desired, r.Updated, r.Ready, r.Available))],
            CronJobs = [.. services.GetRequiredService<ISchedules>().Current.Select(CronJobLine.Of)],
            KeySets = services.GetRequiredService<IKeySets>().Current,
        };
    }
}

/// <summary>A running road in short.</summary>
internal sealed record RoadReport(
    long Generation, string Dns, string CaCertificate, IReadOnlyList<ListenerLine> Listeners, IReadOnlyList<TargetLine> Targets, IReadOnlyList<PodLine> Pods,
    IReadOnlyList<NodeLine> Nodes)
{
    /// <summary>Where the cluster's DNS listens; null for a road without a cluster.</summary>
    public string? ClusterDns { get; init; }

    /// <summary>Why the last saved change doesn't run, a line an error; empty when it does.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>What controllers say of their objects.</summary>
    public IReadOnlyList<ConditionsLine> Conditions { get; init; } = [];

    /// <summary>Objects that aren't accepted while the rest of the road runs, and why, a line each.</summary>
    public IReadOnlyList<string> NotAccepted { get; init; } = [];

    /// <summary>What stopped nothing and is worth knowing, as it was printed when the manifests were read, a line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Every Service.</summary>
    public IReadOnlyList<ServiceLine> Services { get; init; } = [];

    /// <summary>How far each workload is.</summary>
    public IReadOnlyList<WorkloadLine> Workloads { get; init; } = [];

    /// <summary>Every CronJob; its Jobs are workloads.</summary>
    public IReadOnlyList<CronJobLine> CronJobs { get; init; } = [];

    /// <summary>The keys that tokens are verified with, by endpoint.</summary>
    public IReadOnlyList<KeySetReport> KeySets { get; init; } = [];
}

/// <summary>A Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet or Job.</summary>
internal sealed record WorkloadLine(string Kind, string Name, string State, string Message, int Desired, int Updated, int Ready, int Available);

/// <summary>A listener at a node of its load balancer.</summary>
internal sealed record ListenerLine(string LoadBalancer, string Protocol, int Port, string Bound)
{
    /// <summary>The node's Availability Zone; null where the road's load balancers have none.</summary>
    public string? Zone { get; init; }

    /// <summary>Why DNS doesn't answer with its address; null when it does.</summary>
    public string? OutOfDns { get; init; }

    /// <summary>Those of a generation.</summary>
    internal static IReadOnlyList<ListenerLine> All(ITargetHealth health, Generation generation) =>
        [.. health.Listeners(generation).Select(l => new ListenerLine(l.LoadBalancer, l.Protocol, l.Port, l.Bound.ToString()) { Zone = l.Zone, OutOfDns = l.OutOfDns })];
}

/// <summary>A target.</summary>
internal sealed record TargetLine(string TargetGroup, string Target, string State, string? Description, int Outstanding)
{
    /// <summary>How it compares with the other targets of a weighted random group; null in any other.</summary>
    public AnomalyReport? AnomalyDetection { get; init; }

    /// <summary>AWS's reason code; null when it is healthy.</summary>
    public string? Reason { get; init; }

    /// <summary>As <c>usher status</c> prints it.</summary>
    public override string ToString() =>
        $"{TargetGroup} {Target}  {State}, {Outstanding} outstanding{(AnomalyDetection is { } a ? $", anomaly detection {a.Result}{(a.MitigationInEffect == "yes" ? ", mitigation in effect" : "")}" : "")}{(Reason is null ? "" : $", {Reason}")}{(Description is null ? "" : $": {Description}")}";
}

/// <summary>A pod.</summary>
internal sealed record PodLine(string Name, string Address, string Phase, bool Ready, int Restarts, string Runtime, string? Message, string Status, string Containers)
{
    /// <summary>How many of its readiness gates are open, of how many, as kubectl's READINESS GATES column; null without any.</summary>
    public string? ReadinessGates { get; init; }
}

/// <summary>A worker node.</summary>
internal sealed record NodeLine(string Name, string? InstanceId, string? Zone, string Address, string State, bool Derived)
{
    /// <summary>Since when its instance is stopped; null while it runs.</summary>
    public DateTimeOffset? StoppedSince { get; init; }

    /// <summary>Whether it is being drained.</summary>
    public bool Drained { get; init; }

    /// <summary>As <c>usher status</c> prints it.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Name}  {Address}  {State}{(StoppedSince is { } since ? $", stopped since {since:HH:mm:ss}" : "")}{(Drained ? ", drained" : "")}, {InstanceId ?? "no instance"}, {Zone ?? "no zone"}{(Derived ? ", a default node" : "")}");
}

/// <summary>JSON of the road's API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RoadReport))]
[JsonSerializable(typeof(ExplainRequest))]
[JsonSerializable(typeof(ApiProblem))]
internal sealed partial class RoadJson : JsonSerializerContext;
