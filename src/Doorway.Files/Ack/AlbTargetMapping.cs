using System.Globalization;
using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>A target group of target type <c>alb</c>: an Application Load Balancer behind a Network Load Balancer (NLB user guide, Application Load Balancers as targets).</summary>
internal static class AlbTargetMapping
{
    /// <summary>Checks what goes with it alone.</summary>
    internal static void Check(AckManifest manifest, TargetGroupSpec spec)
    {
        if (spec.Protocol is not null and not "TCP") manifest.Error("spec.targetType", $"found alb with protocol {spec.Protocol}; only TCP is allowed with it");
        if (spec.Targets is { Count: > 1 }) manifest.Error("spec.targets", $"found {spec.Targets.Count} targets; a target group of target type alb has one application load balancer");
        Fixed("spec.healthCheckTimeoutSeconds", spec.HealthCheckTimeoutSeconds, spec.HealthCheckProtocol == "HTTPS" ? 10 : 6);
        Fixed("spec.unhealthyThresholdCount", spec.UnhealthyThresholdCount, 2);
        if (spec.Matcher?.HttpCode is { } codes and not NetworkHealthCheckMapping.AnySuccess) manifest.Error("spec.matcher.httpCode", $"found {Found.Quote(codes)}; {NotModified} {NetworkHealthCheckMapping.AnySuccess}");

        void Fixed(string field, long? written, long standard)
        {
            if (written is { } value && value != standard) manifest.Error(field, string.Create(CultureInfo.InvariantCulture, $"found {value}; {NotModified} {standard}"));
        }
    }

    /// <summary>One target.</summary>
    internal static TargetDescription Target(AckManifest manifest, TargetSpec target, string field, int port)
    {
        var id = manifest.Required($"{field}.id", target.Id, "the ARN of an application load balancer");
        if (id.Length > 0 && !id.Contains(":loadbalancer/app/", StringComparison.Ordinal))
        {
            manifest.Error($"{field}.id", $"found {Found.Quote(id)}; the group's target type is alb: the ARN of an application load balancer is wanted, arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID");
        }

        if (target.Port is { } other && other != port) manifest.Error($"{field}.port", string.Create(CultureInfo.InvariantCulture, $"found {other}; the target group's port is {port}, and with a target type of alb it has to be that"));
        manifest.Refuse($"{field}.availabilityZone", target.AvailabilityZone is not null, "isn't allowed for a target type of alb: the load balancer has nodes in its own zones");
        return new TargetDescription(id, null);
    }

    private const string NotModified = "with a target type of alb it can't be modified, and is";
}
