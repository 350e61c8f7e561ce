using System.Globalization;
using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>The health check of an HTTP or HTTPS target group, with the ranges and defaults of the ELBv2 API (CreateTargetGroup).</summary>
internal static class HealthCheckMapping
{
    private const int MaxPath = 1024;

    internal static HealthCheck Map(AckManifest manifest, TargetGroupSpec spec, string protocolVersion)
    {
        var grpc = protocolVersion == "GRPC";
        manifest.Refuse("spec.healthCheckEnabled", spec.HealthCheckEnabled == false, "health checks of instance and ip targets can't be switched off");
        var protocol = manifest.OneOf("spec.healthCheckProtocol", spec.HealthCheckProtocol, "HTTP", "HTTP", "HTTPS");
        var interval = manifest.Range("spec.healthCheckIntervalSeconds", spec.HealthCheckIntervalSeconds, 30, 5, 300);
        var timeout = manifest.Range("spec.healthCheckTimeoutSeconds", spec.HealthCheckTimeoutSeconds, spec.Protocol == "HTTPS" ? 10 : 6, 2, 120);
        if (timeout >= interval)
        {
            var field = spec.HealthCheckTimeoutSeconds is null ? "spec.healthCheckIntervalSeconds" : "spec.healthCheckTimeoutSeconds";
            manifest.Error(field, string.Create(CultureInfo.InvariantCulture,
                $"the timeout ({timeout} s{(spec.HealthCheckTimeoutSeconds is null ? ", the default" : "")}) must be smaller than the interval ({interval} s)"));
        }

        return new HealthCheck
        {
            Protocol = protocol,
            Port = Port(manifest, spec.HealthCheckPort),
            Path = Path(manifest, spec.HealthCheckPath, grpc),
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = manifest.Range("spec.healthyThresholdCount", spec.HealthyThresholdCount, 5, 2, 10),
            UnhealthyThresholdCount = manifest.Range("spec.unhealthyThresholdCount", spec.UnhealthyThresholdCount, 2, 2, 10),
            Matcher = Matcher(manifest, spec.Matcher, grpc),
        };
    }

    internal static string Port(AckManifest manifest, string? port)
    {
        if (port is not (null or "traffic-port") && !(Number(port) is >= 1 and <= 65535))
        {
            manifest.Error("spec.healthCheckPort", $"found {Found.Quote(port)}; traffic-port or 1 to 65535 is wanted");
        }

        return port ?? "traffic-port";
    }

    internal static string Path(AckManifest manifest, string? path, bool grpc)
    {
        if (path is not null && (path.Length > MaxPath || !path.StartsWith('/')))
        {
            manifest.Error("spec.healthCheckPath", $"found {Found.Quote(path)}; a path that starts with / is wanted, at most {MaxPath} characters");
        }

        return path ?? (grpc ? "/AWS.ALB/healthcheck" : "/");
    }

    private static string Matcher(AckManifest manifest, MatcherSpec? matcher, bool grpc)
    {
        manifest.Refuse("spec.matcher.httpCode", grpc && matcher?.HttpCode is not null, "goes with HTTP1 and HTTP2; this group is GRPC: write grpcCode");
        manifest.Refuse("spec.matcher.grpcCode", !grpc && matcher?.GrpcCode is not null, "goes with protocol version GRPC; write httpCode");
        var (field, codes, least, most) = grpc ? ("grpcCode", matcher?.GrpcCode ?? "12", 0, 99) : ("httpCode", matcher?.HttpCode ?? "200", 200, 499);
        if (!IsMatcher(codes, least, most))
        {
            manifest.Error($"spec.matcher.{field}", string.Create(CultureInfo.InvariantCulture,
                $"found {Found.Quote(codes)}; codes from {least} to {most} are wanted, as {(grpc ? "12, 0,1 or 0-5" : "200, 200,202 or 200-399")}"));
        }

        return codes;
    }

    /// <summary>One code, a list of codes, or one range.</summary>
    internal static bool IsMatcher(string codes, int least, int most)
    {
        if (codes.Split('-') is [var first, var last]) return IsCode(first) && IsCode(last) && Number(first) <= Number(last);
        return codes.Split(',').All(IsCode);

        bool IsCode(string code) => Number(code) is { } number && number >= least && number <= most;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
