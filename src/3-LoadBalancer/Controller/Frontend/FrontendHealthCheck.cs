using System.Globalization;

namespace Usher.LoadBalancer;

/// <summary>
/// How the Network Load Balancer in front of a group's checks that (the controller's model builder, <c>buildFrontendNlbTargetGroupHealthCheckConfig</c>): by HTTP, whatever it listens for, and with the defaults of an Ingress's other
/// target groups, unless a member says otherwise. Two members that share the port and say different things stop the whole group.
/// </summary>
/// <param name="group">The members that share the port.</param>
internal sealed class FrontendHealthCheck(IngressGroup group)
{
    private const string Start = "frontend-nlb-healthcheck-";
    private const string Standard = "200";

    /// <param name="traffic">The port of the Application Load Balancer that gets the connections.</param>
    /// <param name="behind">The ports of it.</param>
    internal Model.Aws.HealthCheck Of(int traffic, IReadOnlyList<ListenPort> behind)
    {
        var interval = Teller("interval-seconds")?.Number($"{Start}interval-seconds", 5, 300) ?? ControllerTargetGroups.Interval;
        var timeout = Teller("timeout-seconds")?.Number($"{Start}timeout-seconds", 2, 120) ?? ControllerTargetGroups.Timeout;
        if (timeout > interval)
        {
            var name = Teller("timeout-seconds") is null ? "interval-seconds" : "timeout-seconds";
            Teller(name)?.Error(Start + name, string.Create(CultureInfo.InvariantCulture, $"the timeout ({timeout} s) must not be longer than the interval ({interval} s)"));
        }

        var check = new Model.Aws.HealthCheck
        {
            Protocol = Teller("protocol")?.Word($"{Start}protocol", "HTTP", "HTTP", "HTTPS") ?? "HTTP",
            Port = Port(),
            Path = Teller("path")?.Path($"{Start}path", "/") ?? "/",
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = Teller("healthy-threshold-count")?.Number($"{Start}healthy-threshold-count", 2, 10) ?? ControllerTargetGroups.Threshold,
            UnhealthyThresholdCount = Teller("unhealthy-threshold-count")?.Number($"{Start}unhealthy-threshold-count", 2, 10) ?? ControllerTargetGroups.Threshold,
            Matcher = Teller("success-codes")?.NetworkCodes($"{Start}success-codes", Standard) ?? Standard,
        };
        var asked = behind.FirstOrDefault(b => b.Port == check.PortOf(traffic));
        if (asked is not null && asked.Protocol != check.Protocol)
        {
            (Teller("protocol") ?? group.Members[0].Annotations).Warn($"{Start}protocol", string.Create(CultureInfo.InvariantCulture,
                $"the load balancer behind is checked by {check.Protocol} at port {asked.Port}, where it listens for {asked.Protocol}: none of its nodes becomes healthy, and they get connections only because all are unhealthy (fail open); write {asked.Protocol}"));
        }

        return check;
    }

    private string Port()
    {
        const string name = "port";
        if (Teller(name) is not { } teller || teller.Text(Start + name) is not { } text || text == HealthCheckPort.Traffic) return HealthCheckPort.Traffic;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535) return text;
        teller.Error(Start + name, $"failed to resolve healthCheckPort: found '{text}'; traffic-port or 1 to 65535 is wanted");
        return HealthCheckPort.Traffic;
    }

    /// <summary>The first member that says something; null when none does.</summary>
    private ControllerAnnotations? Teller(string name) =>
        group.Only(Start + name, name) is null ? null : group.Teller(Start + name);
}
