using System.Text;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// Attributes that would change what happens to a request and that Usher doesn't act on yet: they may be written with the value that
/// AWS takes anyway (ELBv2 API, LoadBalancerAttribute and TargetGroupAttribute), and are refused with any other.
/// </summary>
internal static class AttributeCheck
{
    internal const string CutsUnhealthy = "target_health_state.unhealthy.connection_termination.enabled";

    internal const string DrainingInterval = "target_health_state.unhealthy.draining_interval_seconds";

    private static readonly Dictionary<string, string> NetworkLoadBalancerDefaults = new(StringComparer.Ordinal)
    {
        ["dns_record.client_routing_policy"] = "any_availability_zone",
    };

    private static readonly string[] Logs = ["access_logs", "connection_logs", "health_check_logs"];

    internal static void Of(CompileContext context, Resource<Model.Aws.LoadBalancer> balancer)
    {
        var written = balancer.Value.Attributes;
        if (balancer.Value.IsNetwork) Refuse(context, balancer, written, NetworkLoadBalancerDefaults);
        foreach (var log in Logs)
        {
            if (written.GetValueOrDefault($"{log}.s3.enabled") != "true" || written.GetValueOrDefault($"{log}.s3.bucket") is { Length: > 0 }) continue;
            context.Errors.Add(balancer, "spec.attributes", $"{log}.s3.enabled: found true; {log}.s3.bucket is required with it");
        }
    }

    /// <summary>Whether a listener's attributes can be acted on.</summary>
    internal static bool Of(CompileContext context, Resource<Listener> listener)
    {
        var right = true;
        foreach (var (key, value) in listener.Value.Attributes)
        {
            if (!key.EndsWith(".header_name", StringComparison.Ordinal) || HeaderEdits.CanEdit(Encoding.ASCII.GetBytes(value))) continue;
            context.Errors.Add(listener, "spec.attributes", $"{key}: found {value}, which belongs to the connection or says where a message ends; take another name");
            right = false;
        }

        return right;
    }

    internal static void Of(CompileContext context, Resource<TargetGroup> group)
    {
        if (group.Value.IsNetwork) CheckNetwork(context, group);
        DatagramCheck.Of(context, group);
        CheckAlgorithm(context, group);
        CheckThreshold(context, group, "count");
        CheckThreshold(context, group, "percentage");
    }

    /// <summary>What goes with other settings alone (NLB user guide, Edit target group attributes: Sticky sessions, Draining interval).</summary>
    private static void CheckNetwork(CompileContext context, Resource<TargetGroup> group)
    {
        var written = group.Value.Attributes;
        if (group.Value.Protocol == "TLS" && written.Flag("stickiness.enabled", false))
        {
            context.Errors.Add(group, "spec.attributes", "stickiness.enabled: found true with protocol TLS; sticky sessions aren't supported with TLS target groups");
        }

        if (written.Number(DrainingInterval, 0) is > 0 and var seconds && NetworkGroupPlan.Of(group.Value) is { CutsUnhealthy: true })
        {
            context.Errors.Add(group, "spec.attributes", $"{DrainingInterval}: found {seconds} while {CutsUnhealthy} is true; a target drains only where its connections aren't cut, so set that to false");
        }
    }

    /// <summary>What goes with one algorithm alone (ALB user guide, Target groups: Slow start mode, Automatic target weights).</summary>
    private static void CheckAlgorithm(CompileContext context, Resource<TargetGroup> group)
    {
        var written = group.Value.Attributes;
        var algorithm = written.GetValueOrDefault("load_balancing.algorithm.type", "round_robin");
        if (algorithm != "weighted_random" && written.GetValueOrDefault("load_balancing.algorithm.anomaly_mitigation") == "on")
        {
            context.Errors.Add(group, "spec.attributes", $"load_balancing.algorithm.anomaly_mitigation: found on with load_balancing.algorithm.type {algorithm}; it goes with weighted_random alone");
        }

        if (algorithm is "weighted_random" or "least_outstanding_requests" && written.Number("slow_start.duration_seconds", 0) is > 0 and var seconds)
        {
            context.Errors.Add(group, "spec.attributes", $"slow_start.duration_seconds: found {seconds} with load_balancing.algorithm.type {algorithm}; slow start goes with round_robin alone");
        }
    }

    /// <summary>A zone leaves DNS before its unhealthy targets are used, or then (ALB user guide, Target group health, Requirements and considerations).</summary>
    private static void CheckThreshold(CompileContext context, Resource<TargetGroup> group, string kind)
    {
        var (dns, routing) = (Threshold("dns_failover"), Threshold("unhealthy_state_routing"));
        if (dns.Value == 0 || dns.Value >= routing.Value) return;
        context.Errors.Add(group, "spec.attributes", $"{dns.Key}: found {dns.Value}; {routing.Key} is {routing.Value}, and the threshold of DNS failover can't be lower");

        (string Key, int Value) Threshold(string action)
        {
            var key = $"target_group_health.{action}.minimum_healthy_targets.{kind}";
            return (key, group.Value.Attributes.Number(key, 0));
        }
    }

    private static void Refuse<T>(CompileContext context, Resource<T> resource, IReadOnlyDictionary<string, string> written, Dictionary<string, string> defaults)
        where T : class
    {
        foreach (var (key, value) in written)
        {
            if (!defaults.TryGetValue(key, out var standard) || value == standard) continue;
            context.Errors.Add(resource, "spec.attributes", $"{key}: found {value}; this isn't supported yet, only its default, {standard}");
        }
    }
}
