using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Target groups with their targets resolved: an instance id to its node's address, an IP address to its pod's.</summary>
internal sealed class TargetGroupCompiler(CompileContext context)
{
    private readonly Dictionary<string, Resource<V1Node>> nodes = context.State.All<V1Node>()
        .Where(n => InstanceId.Of(n.Value) is not null)
        .GroupBy(n => InstanceId.Of(n.Value)!)
        .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    private readonly EnabledZones enabled = new(context);
    private readonly AlbTargets albs = new(context);

    private static readonly string[] ReservedCookies = ["AWSALB", "AWSALBAPP", "AWSALBTG"];

    internal Dictionary<string, TargetGroupPlan> Compile()
    {
        var plans = new Dictionary<string, TargetGroupPlan>(StringComparer.Ordinal);
        foreach (var group in context.State.All<TargetGroup>())
        {
            Refuse(group);
            AttributeCheck.Of(context, group);
            var version = VersionOf(group);
            var grpc = version == ProtocolVersion.Grpc;
            var most = group.Value.IsNetwork ? CodeMatcher.LastOfNetwork : CodeMatcher.LastOfHttp;
            var matcher = grpc ? CodeMatcher.ParseGrpc(group.Value.HealthCheck.Matcher) : CodeMatcher.Parse(group.Value.HealthCheck.Matcher, most);
            if (matcher is null)
            {
                context.Errors.Add(group, grpc ? "spec.matcher.grpcCode" : "spec.matcher.httpCode",
                    $"found {group.Value.HealthCheck.Matcher}; {CodeMatcher.Wanted(grpc, most)}");
                continue;
            }

            var check = group.Value.HealthCheck;
            var network = NetworkGroupPlan.Of(group.Value);
            var plan = new TargetGroupPlan
            {
                Arn = group.Value.TargetGroupArn,
                Name = group.Value.Name,
                Https = group.Value.Protocol == "HTTPS",
                Version = version,
                Algorithm = AlgorithmOf(group),
                MitigatesAnomalies = group.Value.Attributes.GetValueOrDefault("load_balancing.algorithm.anomaly_mitigation") == "on",
                Targets = [.. AlbTargets.IsOf(group.Value) ? albs.Of(group) : group.Value.Targets.Select((t, i) => Target(group, t, i)).OfType<TargetPlan>()],
                HealthCheck = new HealthCheckPlan(
                    check.Protocol == "HTTPS",
                    check.Path,
                    TimeSpan.FromSeconds(check.IntervalSeconds),
                    TimeSpan.FromSeconds(check.TimeoutSeconds),
                    check.HealthyThresholdCount,
                    check.UnhealthyThresholdCount,
                    matcher,
                    version) { Tcp = check.Protocol == "TCP", ProxyHeader = network is { ProxyProtocol: true } },
                Network = network,
                Minimum = MinimumOf(group, "unhealthy_state_routing"),
                DnsMinimum = MinimumOf(group, "dns_failover"),
                CrossZone = CrossZoneOf(group),
                SlowStart = group.Value.Attributes.Seconds("slow_start.duration_seconds", 0),
                Stickiness = StickinessOf(group),
                DeregistrationDelay = group.Value.Attributes.Seconds("deregistration_delay.timeout_seconds", 300),
            };
            if (!plans.TryAdd(plan.Arn, plan)) context.Errors.Add(group, "spec.name", $"found {group.Value.Name}, which another target group has (DuplicateTargetGroupName)");
        }

        return plans;
    }

    private void Refuse(Resource<TargetGroup> group)
    {
        if (group.Value.Protocol is not ("HTTP" or "HTTPS" or "TCP" or "TLS" or "UDP" or "TCP_UDP"))
        {
            context.Errors.Add(group, "spec.protocol", $"found {group.Value.Protocol}; HTTP, HTTPS, TCP, TLS, UDP and TCP_UDP are supported");
        }

        if (group.Value.HealthCheck.Protocol is not ("HTTP" or "HTTPS") && !(group.Value.IsNetwork && group.Value.HealthCheck.Protocol == "TCP"))
        {
            context.Errors.Add(group, "spec.healthCheckProtocol",
                $"found {group.Value.HealthCheck.Protocol}; HTTP and HTTPS are supported{(group.Value.IsNetwork ? ", and TCP" : $" for a group of protocol {group.Value.Protocol}")}");
        }
    }

    private ProtocolVersion VersionOf(Resource<TargetGroup> group)
    {
        switch (group.Value.ProtocolVersion)
        {
            case "HTTP1": return ProtocolVersion.Http1;
            case "HTTP2": return ProtocolVersion.Http2;
            case "GRPC": return ProtocolVersion.Grpc;
            case var other:
                context.Errors.Add(group, "spec.protocolVersion", $"found {other}; HTTP1, HTTP2 and GRPC are supported");
                return ProtocolVersion.Http1;
        }
    }

    private Algorithm AlgorithmOf(Resource<TargetGroup> group)
    {
        switch (group.Value.Attributes.GetValueOrDefault("load_balancing.algorithm.type", "round_robin"))
        {
            case "round_robin": return Algorithm.RoundRobin;
            case "least_outstanding_requests": return Algorithm.LeastOutstandingRequests;
            case "weighted_random": return Algorithm.WeightedRandom;
            case var other:
                context.Errors.Add(group, "spec.attributes",
                    $"load_balancing.algorithm.type: found {other}; allowed are round_robin, least_outstanding_requests and weighted_random");
                return Algorithm.RoundRobin;
        }
    }

    private static bool? CrossZoneOf(Resource<TargetGroup> group) =>
        bool.TryParse(group.Value.Attributes.GetValueOrDefault("load_balancing.cross_zone.enabled"), out var own) ? own : null;

    private static HealthyMinimum MinimumOf(Resource<TargetGroup> group, string action)
    {
        var count = $"target_group_health.{action}.minimum_healthy_targets.count";
        return new HealthyMinimum(
            group.Value.Attributes.GetValueOrDefault(count) == "off" ? 0 : group.Value.Attributes.Number(count, 1),
            group.Value.Attributes.Number($"target_group_health.{action}.minimum_healthy_targets.percentage", 0));
    }

    private StickinessPlan? StickinessOf(Resource<TargetGroup> group)
    {
        var written = group.Value.Attributes;
        // A Network Load Balancer knows no cookies: its stickiness is by address.
        if (group.Value.IsNetwork || !written.Flag("stickiness.enabled", false)) return null;
        if (CrossZoneOf(group) == false)
        {
            context.Errors.Add(group, "spec.attributes", "stickiness.enabled: found true with load_balancing.cross_zone.enabled false; target stickiness isn't supported when cross-zone load balancing is off, so switch one of them");
        }

        if (written.GetValueOrDefault("stickiness.type", "lb_cookie") == "lb_cookie")
        {
            return new StickinessPlan(null, written.Seconds("stickiness.lb_cookie.duration_seconds", 86400));
        }

        var name = written.GetValueOrDefault("stickiness.app_cookie.cookie_name", "");
        if (name.Length == 0 || ReservedCookies.Any(r => name.StartsWith(r, StringComparison.Ordinal)))
        {
            context.Errors.Add(group, "spec.attributes",
                $"stickiness.app_cookie.cookie_name: found '{name}'; the name of the application's cookie is wanted, and not {string.Join(", ", ReservedCookies)}, which are the load balancer's");
        }

        return new StickinessPlan(name, written.Seconds("stickiness.app_cookie.duration_seconds", 86400));
    }

    private TargetPlan? Target(Resource<TargetGroup> group, TargetDescription target, int index)
    {
        var port = target.Port ?? group.Value.Port;
        if (target.AvailabilityZone == ZoneScope.AllZones && CrossZoneOf(group) == false)
        {
            context.Errors.Add(group, $"spec.targets[{index}].availabilityZone", "found all; with load_balancing.cross_zone.enabled false the zone of the target is wanted, or none to take its node's");
        }

        (ResourceKey Owner, string? Zone)? owner = target.Pod is { } pod ? (pod, ZoneOf(pod)) : group.Value.TargetType == "instance" ? Instance(group, target, index) : Pod(group, target, index);
        if (owner is not { } found || context.Addresses.Find(found.Owner) is not { } address) return null;
        var checkPort = group.Value.HealthCheck.PortOf(port);
        var zone = target.AvailabilityZone ?? found.Zone;
        return new TargetPlan(
            target.Pod is null ? target.Id : address.Declared.ToString(),
            port,
            zone,
            new IPEndPoint(address.Declared, port),
            context.Addresses.Bind(found.Owner, port),
            context.Addresses.Bind(found.Owner, checkPort)) { CheckPort = checkPort, InEnabledZone = enabled.Has(group.Value.TargetGroupArn, zone) };
    }

    private (ResourceKey Owner, string? Zone)? Instance(Resource<TargetGroup> group, TargetDescription target, int index)
    {
        if (nodes.TryGetValue(target.Id, out var node))
        {
            return (node.Key, LoadBalancerZones.Zone(node.Value));
        }

        var known = nodes.Count == 0 ? "there are no nodes" : $"the nodes here are {string.Join(", ", nodes.Keys.Order(StringComparer.Ordinal))}";
        context.Errors.Add(group, $"spec.targets[{index}].id", $"found {target.Id}; no node's spec.providerID ends in it; {known}");
        return null;
    }

    private (ResourceKey Owner, string? Zone)? Pod(Resource<TargetGroup> group, TargetDescription target, int index)
    {
        if (IPAddress.TryParse(target.Id, out var ip) && context.Addresses.OwnerOfDeclared(ip) is { Kind: "Pod" } owner) return (owner, ZoneOf(owner));
        context.Errors.Add(group, $"spec.targets[{index}].id", $"found {target.Id}; no pod here has that address");
        return null;
    }

    private string? ZoneOf(ResourceKey pod) =>
        (context.State.Find(pod)?.Value as V1Pod)?.Spec?.NodeName is { Length: > 0 } name && context.State.Find<V1Node>("", name) is { } node ? LoadBalancerZones.Zone(node.Value) : null;
}
