using System.Globalization;
using k8s.Models;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>
/// The health check of a Service's target groups (the controller's guide, Service annotations, <em>Health Check</em>, with the defaults of its model builder): by TCP at the traffic's port; where nodes are targets and
/// <c>externalTrafficPolicy</c> is Local, by HTTP at <c>healthCheckNodePort</c>, where a node tells whether it has an endpoint.
/// </summary>
internal sealed class ServiceHealthCheck(ControllerAnnotations annotations)
{
    internal Model.Aws.HealthCheck Of(V1Service service, string targetType)
    {
        var local = targetType == "instance" && service.Spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };
        var (threshold, standardTimeout) = local ? (2, 6) : (3, 10);
        var protocol = Protocol(local ? "HTTP" : "TCP");
        var interval = annotations.Number($"{Start}healthcheck-interval", 5, 300) ?? 10;
        var timeout = annotations.Number($"{Start}healthcheck-timeout", 2, 120) ?? Math.Min(standardTimeout, interval);
        if (timeout > interval) annotations.Error($"{Start}healthcheck-timeout", string.Create(CultureInfo.InvariantCulture, $"the timeout ({timeout} s) must not be longer than the interval ({interval} s)"));
        return new Model.Aws.HealthCheck
        {
            Protocol = protocol,
            Port = HealthCheckPort.Of(annotations, $"{Start}healthcheck-port", service, targetType, (local ? service.Spec.HealthCheckNodePort?.ToString(CultureInfo.InvariantCulture) : null) ?? HealthCheckPort.Traffic),
            Path = protocol == "TCP" ? "/" : annotations.Path($"{Start}healthcheck-path", local ? "/healthz" : "/"),
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = annotations.Number($"{Start}healthcheck-healthy-threshold", 2, 10) ?? threshold,
            UnhealthyThresholdCount = annotations.Number($"{Start}healthcheck-unhealthy-threshold", 2, 10) ?? threshold,
            Matcher = protocol == "TCP" ? "200-399" : annotations.NetworkCodes($"{Start}healthcheck-success-codes", "200-399"),
        };
    }

    private string Protocol(string standard)
    {
        const string name = $"{Start}healthcheck-protocol";
        var text = annotations.Text(name)?.ToUpperInvariant() ?? standard;
        if (text is "TCP" or "HTTP" or "HTTPS") return text;
        annotations.Error(name, $"found '{annotations.Text(name)}'; unsupported health check protocol: allowed are tcp, http and https");
        return standard;
    }
}
