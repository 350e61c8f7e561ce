using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
        // It would read, and make, the keys in ~/.aspnet all the same, when the road starts.
        foreach (var keys in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly).ToList()) services.Remove(keys);
        return services
            .AddSingleton<RoadFactsReader>()
            .AddSingleton<RoadWatch>()
            .AddSingleton<JourneyFile>();
    }

    /// <summary>Lets requests for pages through to whoever has shown the token; the API's own paths are not the dashboard's.</summary>
    public static IApplicationBuilder UseDashboardAccess(this IApplicationBuilder app, string token)
    {
        var access = new DashboardAccess(token);
        return app.UseWhen(context => IsPage(context.Request.Path), pages => pages.Use(access.AdmitAsync));
    }

    /// <summary>Whether a path is one of the dashboard's: all are that aren't the API's.</summary>
    public static bool IsPage(PathString path) => path != JourneyEndpoints.GrpcSpans && !Array.Exists(Others, other => path.StartsWithSegments(other, StringComparison.Ordinal));

    /// <summary>
    /// Answers the requests for pages, and begins to look at the road. What draws the pages is many megabytes, and most roads are never looked at: it is put together when the first page is asked for, and for that in a pipeline of
    /// its own.
    /// </summary>
    public static IApplicationBuilder UseDashboard(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // It follows from now on, whoever looks later.
        app.ApplicationServices.GetRequiredService<GenerationHistory>();
        app.ApplicationServices.GetRequiredService<RoadWatch>().Start();
        var pages = new Lazy<RequestDelegate>(() => Draw(app.New()));
        return app.MapWhen(context => IsPage(context.Request.Path), branch => branch.Run(context => pages.Value(context)));
    }

    private static RequestDelegate Draw(IApplicationBuilder pages) => pages
        .UseStatusCodePagesWithReExecute("/not-found")
        .UseRouting()
        .UseAntiforgery()
        .UseEndpoints(endpoints =>
        {
            endpoints.MapAssets();
            endpoints.MapJourneyFiles();
            endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        })
        .Build();
}
