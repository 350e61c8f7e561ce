using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Usher.Cli.Metrics;
using Usher.Dashboard;
using Usher.Model.Desired;
using Usher.Seam;
using Usher.Trace;
using Usher.Trace.Meters;

namespace Usher.Cli.Running;

/// <summary>
/// The road's own API and its pages, on loopback: journeys, explanations, status, and the spans of the applications. Everything wants the token; spans
/// have one of their own, which pods see and which is good for nothing else.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ApiServer(WebApplication app, string token)
    {
        this.app = app;
        Token = token;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Url = addresses.First();
    }

    /// <summary>Where it listens, <c>http://127.0.0.1:7070</c>.</summary>
    internal string Url { get; }

    /// <summary>What it wants as a bearer token.</summary>
    internal string Token { get; }

    /// <summary>Builds the host that it runs in; the road's services live there too, so that its endpoints find them.</summary>
    internal static WebApplication Build(int port, Action<IServiceCollection> addRoad)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        addRoad(builder.Services);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Applications send their spans by gRPC too.
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Use(CleartextHttp2.Use));
        });
        return builder.Build();
    }

    /// <summary>Starts it.</summary>
    /// <returns>Null when the port can't be had; <paramref name="errors"/> then says so.</returns>
    internal static async Task<ApiServer?> StartAsync(WebApplication app, Road road, int port, ErrorList errors, CancellationToken cancellationToken)
    {
        var token = StateDirectory.NewToken();
        var otlp = app.Services.GetRequiredService<OtlpAddress>();
        app.UseDashboardAccess(token);
        app.UseDashboard();
        app.Use((context, next) => Allowed(context, token, otlp.Token) ? next(context) : Refuse(context));
        app.UseRouting();
        app.MapJourneys();
        app.MapMeters(app.Services.GetRequiredService<JourneyLog>().Meters);
        app.MapMetrics(road);
        app.MapRoad(road);
        app.MapNodes(road);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            errors.Add(new ConfigError(null, 0, "the road's API", "", $"can't listen at 127.0.0.1:{port}: {e.InnerException?.Message ?? e.Message}; use --api-port to move it"));
            return null;
        }

        var server = new ApiServer(app, token);
        otlp.Url = server.Url;
        return server;
    }

    /// <summary>Stops listening; the host itself is the road's.</summary>
    public async ValueTask DisposeAsync() => await app.StopAsync();

    private static bool Allowed(HttpContext context, string token, string spanToken)
    {
        var wanted = context.Request.Path.StartsWithSegments("/v1") || context.Request.Path == JourneyEndpoints.GrpcSpans ? spanToken : token;
        var shown = Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString());
        return CryptographicOperations.FixedTimeEquals(shown, Encoding.UTF8.GetBytes($"Bearer {wanted}"));
    }

    private static Task Refuse(HttpContext context)
    {
        if (context.Request.Path == JourneyEndpoints.GrpcSpans) return JourneyEndpoints.RefuseGrpcAsync(context, "a bearer token is wanted in the metadata's authorization: the one in the pod's OTEL_EXPORTER_OTLP_HEADERS");
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.Response.WriteAsync("a bearer token is wanted: the one in the state folder's road.json\n");
    }
}
