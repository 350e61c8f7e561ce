using System.Globalization;
using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>The health check of a target group for Network Load Balancers, with the ranges and defaults of the ELBv2 API (CreateTargetGroup).</summary>
internal static class NetworkHealthCheckMapping
{
    internal const string AnySuccess = "200-399";

    internal static HealthCheck Map(AckManifest manifest, TargetGroupSpec spec)
    {
        manifest.Refuse("spec.healthCheckEnabled", spec.HealthCheckEnabled == false, "health checks of instance, ip and alb targets can't be switched off");
        // AWS's pages don't tell the default for an ALB, which can't be checked by TCP.
        var protocol = spec.TargetType == "alb"
            ? manifest.OneOf("spec.healthCheckProtocol", spec.HealthCheckProtocol, "HTTP", "HTTP", "HTTPS")
            : manifest.OneOf("spec.healthCheckProtocol", spec.HealthCheckProtocol, "TCP", "TCP", "HTTP", "HTTPS");
        var interval = manifest.Range("spec.healthCheckIntervalSeconds", spec.HealthCheckIntervalSeconds, 30, 5, 300);
        var timeout = manifest.Range("spec.healthCheckTimeoutSeconds", spec.HealthCheckTimeoutSeconds, protocol == "HTTP" ? 6 : 10, 2, 120);
        // A timeout as long as the interval is allowed here: the AWS Load Balancer Controller's own checks have 10 s of both.
        if (timeout > interval)
        {
            manifest.Error("spec.healthCheckTimeoutSeconds", string.Create(CultureInfo.InvariantCulture,
                $"the timeout ({timeout} s{(spec.HealthCheckTimeoutSeconds is null ? ", the default" : "")}) must not be longer than the interval ({interval} s)"));
        }

        if (protocol == "TCP")
        {
            manifest.Refuse("spec.healthCheckPath", spec.HealthCheckPath is not null, "goes with HTTP and HTTPS checks; this group's is TCP: it connects, and asks nothing");
            manifest.Refuse("spec.matcher", spec.Matcher is not null, "goes with HTTP and HTTPS checks; this group's is TCP: it connects, and asks nothing");
        }

        return new HealthCheck
        {
            Protocol = protocol,
            Port = HealthCheckMapping.Port(manifest, spec.HealthCheckPort),
            Path = HealthCheckMapping.Path(manifest, protocol == "TCP" ? null : spec.HealthCheckPath, grpc: false),
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = manifest.Range("spec.healthyThresholdCount", spec.HealthyThresholdCount, 5, 2, 10),
            UnhealthyThresholdCount = manifest.Range("spec.unhealthyThresholdCount", spec.UnhealthyThresholdCount, 2, 2, 10),
            Matcher = protocol == "TCP" ? AnySuccess : Matcher(manifest, spec.Matcher),
        };
    }

    private static string Matcher(AckManifest manifest, MatcherSpec? matcher)
    {
        manifest.Refuse("spec.matcher.grpcCode", matcher?.GrpcCode is not null, "goes with protocol version GRPC; write httpCode");
        var codes = matcher?.HttpCode ?? AnySuccess;
        if (!HealthCheckMapping.IsMatcher(codes, 200, 599))
        {
            manifest.Error("spec.matcher.httpCode", $"found {Found.Quote(codes)}; codes from 200 to 599 are wanted, as 200, 200,202 or 200-399");
        }

        return codes;
    }
}
