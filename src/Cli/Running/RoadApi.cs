using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Certificates;
using Usher.Dns;
using Usher.Model.Contracts;
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
            if (asked is null)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            var explanation = road.Services.GetRequiredService<Explainer>().Explain(road.Generation, asked.ToFacts());
            await context.Response.WriteAsJsonAsync(explanation.Journey, JourneyJson.Default.Journey, cancellationToken: context.RequestAborted);
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
            [.. health.Listeners(generation).Select(l => new ListenerLine(l.LoadBalancer, l.Protocol, l.Port, l.Bound.ToString()))],
            [.. health.All(generation).Select(t => new TargetLine(t.TargetGroup, t.Target, t.State, t.Description, t.Outstanding))],
            [.. services.GetRequiredService<IPodDirectory>().Current.Values
                .OrderBy(p => p.Key.Namespace, StringComparer.Ordinal).ThenBy(p => p.Key.Name, StringComparer.Ordinal)
                .Select(p => new PodLine(
                    $"{p.Key.Namespace}/{p.Key.Name}", generation.Addresses.Find(p.Key) is { } a ? $"{a.Declared} ({a.Bound})" : "",
                    p.Phase, p.Ready, p.Restarts, p.Runtime.ToString(), p.Message))]);
    }
}

/// <summary>A request to explain.</summary>
internal sealed record ExplainRequest(string Url, string Method, Dictionary<string, string> Headers)
{
    internal RequestFacts ToFacts()
    {
        var url = new Uri(Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var (path, query) = RequestFacts.SplitTarget(url.PathAndQuery);
        var (host, port) = RequestFacts.SplitHost(Headers.FirstOrDefault(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value
            ?? (url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}"));
        return new RequestFacts
        {
            Method = Method,
            Scheme = url.Scheme,
            Host = host,
            HostPort = port,
            Path = path,
            Query = query,
            Source = IPAddress.Loopback,
            Headers = [.. Headers],
        };
    }
}

/// <summary>A running road in short.</summary>
internal sealed record RoadReport(
    long Generation, string Dns, string CaCertificate, IReadOnlyList<ListenerLine> Listeners, IReadOnlyList<TargetLine> Targets, IReadOnlyList<PodLine> Pods);

/// <summary>A listener.</summary>
internal sealed record ListenerLine(string LoadBalancer, string Protocol, int Port, string Bound);

/// <summary>A target.</summary>
internal sealed record TargetLine(string TargetGroup, string Target, string State, string? Description, int Outstanding);

/// <summary>A pod.</summary>
internal sealed record PodLine(string Name, string Address, string Phase, bool Ready, int Restarts, string Runtime, string? Message);

/// <summary>JSON of the road's API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RoadReport))]
[JsonSerializable(typeof(ExplainRequest))]
internal sealed partial class RoadJson : JsonSerializerContext;
