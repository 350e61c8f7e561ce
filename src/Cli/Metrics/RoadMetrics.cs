using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Trace;
using Usher.Trace.Keeping;
using Usher.Trace.Meters.Exposition;

namespace Usher.Cli.Metrics;

/// <summary><c>GET /metrics</c> of the road's API, for Prometheus; docs/metrics.md lists what it has.</summary>
internal static class RoadMetrics
{
    internal static void MapMetrics(this IEndpointRouteBuilder routes, Road road) => routes.MapGet("/metrics", (HttpContext context) =>
    {
        var format = ExpositionFormats.Preferred(context.Request.Headers.Accept.ToString());
        context.Response.ContentType = format.ContentType();
        context.Response.Headers.Vary = "Accept";
        return context.Response.WriteAsync(ExpositionText.Of(Of(road), format), context.RequestAborted);
    });

    /// <summary>All of a road's metrics as they are now.</summary>
    internal static IEnumerable<MetricFamily> Of(Road road)
    {
        var services = road.Services;
        var generation = road.Generation;
        var certificates = services.GetRequiredService<ICertificateReports>();
        using var process = Process.GetCurrentProcess();
        var log = services.GetRequiredService<JourneyLog>();
        return
        [
            MetricFamily.Of("usher_build", MetricKind.Info, "Which Usher this is.", MetricSample.Of(1, ("version", UsherVersion.Text))),
            .. MeterMetrics.Of(log.Meters.Read()),
            .. TargetMetrics.Of(services.GetRequiredService<ITargetHealth>().All(generation)),
            .. PodMetrics.Of(services.GetRequiredService<IPodDirectory>().Current.Values),
            .. CertificateMetrics.Of(certificates.Authority, certificates.All(generation), services.GetRequiredService<ISecretCertificates>().Shown(generation)),
            .. GenerationMetrics.Of(generation.Number, road.Reloads),
            .. JourneyMetrics.Of(log, services.GetRequiredService<JourneyKeeper>()),
            .. ProcessMetrics.Of(process),
        ];
    }
}
