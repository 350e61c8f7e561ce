using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Shop.Users.Api;
using Shop.Users.Data;

namespace Shop.Users;

/// <summary>Spans for requests and queries, sent by OTLP when the environment says where to.</summary>
internal static class Tracing
{
    /// <summary>Adds them. The exporter reads the endpoint, headers, timeouts and the batch's delay from <c>OTEL_…</c> by itself.</summary>
    public static void AddTracing(this IServiceCollection services, Settings settings)
    {
        if (!settings.TracesAreExported) return;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                // What the environment says comes last, so that it wins.
                .Clear()
                .AddService("users", autoGenerateServiceInstanceId: false, serviceInstanceId: settings.Pod)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !Health.Owns(context.Request.Path))
                .AddSource(SqliteDatabase.Spans.Name)
                .AddNpgsql()
                .AddOtlpExporter(ChooseProtocol));
    }

    // HTTP is what the road speaks, and needs less than gRPC (the SDK's default).
    private static void ChooseProtocol(OtlpExporterOptions exporter)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") is null
            && Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is null)
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
