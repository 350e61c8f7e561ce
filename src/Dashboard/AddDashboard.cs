using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Usher.Control;
using Usher.Dashboard.Access;
using Usher.Dashboard.Assets;
using Usher.Dashboard.Layout;
using Usher.Dashboard.Live;
using Usher.Dashboard.Saved;
using Usher.Model.Desired;
using Usher.Trace;

namespace Usher.Dashboard;

/// <summary>What the dashboard is told by who runs the road.</summary>
public sealed class DashboardOptions
{
    /// <summary>Why the last saved change doesn't run; empty when it does.</summary>
    public Func<IReadOnlyList<ConfigError>> Refused { get; init; } = () => [];
}

/// <summary>Registration of the dashboard.</summary>
public static class DashboardRegistration
{
    private static readonly string[] Others = ["/api", "/v1", "/metrics"];

    /// <summary>
    /// Adds the pages' services. Wants the control, the trace with its <c>Explainer</c>, and the hops' reports (<c>ITargetHealth</c>, <c>INodeReports</c>, <c>IServiceReports</c>, <c>ICertificateReports</c>, <c>IPodDirectory</c>);
    /// uses <c>ILogFiles</c> and <c>IStatusReports</c>.
    /// </summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        // What is signed here is worth nothing after this run, so that no key needs to outlive it.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        return services
            .AddSingleton<RoadFactsReader>()
            .AddSingleton<RoadWatch>()
            .AddSingleton<JourneyFile>();
    }

    /// <summary>Lets requests for pages through to whoever has shown the token; the API's own paths are not the dashboard's.</summary>
    public static IApplicationBuilder UseDashboardAccess(this IApplicationBuilder app, string token)
    {
        var access = new DashboardAccess(token);
        return app.UseWhen(context => IsPage(context.Request.Path), pages => pages.Use(access.AdmitAsync).UseStatusCodePagesWithReExecute("/not-found"));
    }

    /// <summary>Whether a path is one of the dashboard's: all are that aren't the API's.</summary>
    public static bool IsPage(PathString path) => path != JourneyEndpoints.GrpcSpans && !Array.Exists(Others, other => path.StartsWithSegments(other, StringComparison.Ordinal));

    /// <summary>Maps the pages, and begins to look at the road.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // It follows from now on, whoever looks later.
        endpoints.ServiceProvider.GetRequiredService<GenerationHistory>();
        endpoints.ServiceProvider.GetRequiredService<RoadWatch>().Start();
        endpoints.MapAssets();
        endpoints.MapJourneyFiles();
        endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
