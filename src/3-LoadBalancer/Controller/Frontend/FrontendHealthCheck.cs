using System.Globalization;
using Usher.Model.Road;

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

    /// <param name="context">Where warnings go.</param>
    /// <param name="traffic">The port of the Application Load Balancer that gets the connections.</param>
    /// <param name="behind">The ports of it.</param>
    internal Model.Aws.HealthCheck Of(CompileContext context, int traffic, IReadOnlyList<ListenPort> behind)
    {
        var interval = Teller("interval-seconds")?.Number($"{Start}interval-seconds", 5, 300) ?? 15;
        var timeout = Teller("timeout-seconds")?.Number($"{Start}timeout-seconds", 2, 120) ?? 5;
        if (timeout > interval)
        {
            var name = Teller("timeout-seconds") is null ? "interval-seconds" : "timeout-seconds";
            Teller(name)?.Error(Start + name, string.Create(CultureInfo.InvariantCulture, $"the timeout ({timeout} s) must not be longer than the interval ({interval} s)"));
        }

        var check = new Model.Aws.HealthCheck
        {
            Protocol = Teller("protocol")?.Word($"{Start}protocol", "HTTP", "HTTP", "HTTPS") ?? "HTTP",
            Port = Port(),
            Path = Path(),
            IntervalSeconds = interval,
            TimeoutSeconds = timeout,
            HealthyThresholdCount = Teller("healthy-threshold-count")?.Number($"{Start}healthy-threshold-count", 2, 10) ?? 2,
            UnhealthyThresholdCount = Teller("unhealthy-threshold-count")?.Number($"{Start}unhealthy-threshold-count", 2, 10) ?? 2,
            Matcher = Matcher(),
        };
        var asked = behind.FirstOrDefault(b => b.Port == check.PortOf(traffic));
        if (asked is not null && asked.Protocol != check.Protocol)
        {
            (Teller("protocol") ?? group.Members[0].Annotations).Warn(context.Warnings, $"{Start}protocol", string.Create(CultureInfo.InvariantCulture,
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

    private string Path()
    {
        const string name = "path";
        if (Teller(name) is not { } teller) return "/";
        var path = teller.Text(Start + name)!;
        if (!path.StartsWith('/') || path.Length > 1024) teller.Error(Start + name, $"found '{path}'; a path that starts with / is wanted, at most 1024 characters");
        return path;
    }

    private string Matcher()
    {
        const string name = "success-codes";
        if (Teller(name) is not { } teller) return Standard;
        var codes = teller.Text(Start + name)!;
        if (CodeMatcher.Parse(codes, CodeMatcher.LastOfNetwork) is not null) return codes;
        teller.Error(Start + name, $"found '{codes}'; {CodeMatcher.Wanted(grpc: false, CodeMatcher.LastOfNetwork)}");
        return Standard;
    }

    /// <summary>The first member that says something; null when none does.</summary>
    private ControllerAnnotations? Teller(string name) =>
        group.Only(Start + name, name) is null ? null : group.Members.First(m => m.Annotations.Text(Start + name) is not null).Annotations;
}
