using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// What the API server would refuse in a Service, and what Usher doesn't do. Virtual IPs and NodePorts were checked when they were given out.
/// </summary>
internal static class ServiceCheck
{
    /// <summary>Reports everything that is wrong; true when the Service can be compiled.</summary>
    public static bool Passes(CompileContext context, Resource<V1Service> service)
    {
        var spec = service.Value.Spec;
        if (spec is null)
        {
            context.Errors.Add(service, "spec", "is missing; a Service needs ports, and most have a selector");
            return false;
        }

        var check = new Checker(context.Errors, context.Warnings, service);
        if (spec.Type == "ExternalName")
        {
            ExternalNames.Check(check, spec);
            return check.Fine;
        }

        check.OneOf("spec.type", spec.Type, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
        check.OneOf("spec.internalTrafficPolicy", spec.InternalTrafficPolicy, "Cluster", "Local");
        check.OneOf("spec.externalTrafficPolicy", spec.ExternalTrafficPolicy, "Cluster", "Local");
        check.OneOf("spec.sessionAffinity", spec.SessionAffinity, "None", "ClientIP");
        check.OneOf("spec.trafficDistribution", spec.TrafficDistribution, "PreferClose", "PreferSameZone", "PreferSameNode");
        check.OneOf("spec.ipFamilyPolicy", spec.IpFamilyPolicy, "SingleStack", "PreferDualStack");
        Policies(check, spec);
        Unsupported(check, service.Value);
        PortCheck.Check(check, spec);
        return check.Fine;
    }

    private static void Policies(Checker check, V1ServiceSpec spec)
    {
        if (spec.ExternalTrafficPolicy is not null && spec.Type is not ("NodePort" or "LoadBalancer") && spec.ExternalIPs is not { Count: > 0 })
        {
            check.Wrong("spec.externalTrafficPolicy", "is only for the types NodePort and LoadBalancer; remove it, or change the type");
        }

        if (spec.HealthCheckNodePort is > 0 && !ServiceReconciler.WantsHealthCheck(spec))
        {
            check.Wrong("spec.healthCheckNodePort", "is only for type LoadBalancer with externalTrafficPolicy Local; remove it, or set those");
        }

        if (spec.LoadBalancerSourceRanges is { Count: > 0 } && spec.Type != "LoadBalancer")
        {
            check.Wrong("spec.loadBalancerSourceRanges", "is only for type LoadBalancer; remove it, or change the type");
        }

        if (spec.ClusterIPs is { Count: > 0 } ips && (ips.Count > 1 || ips[0] != spec.ClusterIP))
        {
            check.Wrong("spec.clusterIPs",
                $"[{string.Join(", ", ips)}] must be the one address of spec.clusterIP ({spec.ClusterIP}); remove it, it is filled in");
        }

        if (spec.ClusterIP == "None" && spec.Type is ("NodePort" or "LoadBalancer"))
        {
            check.Wrong("spec.clusterIP", $"may not be 'None' for type {spec.Type}; remove it, or use type ClusterIP");
        }

        if (spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds is { } timeout)
        {
            const string config = "spec.sessionAffinityConfig";
            if (spec.SessionAffinity != "ClientIP") check.Wrong(config, "is only for sessionAffinity ClientIP; remove it, or set that");
            if (timeout is < 1 or > 86400) check.Wrong($"{config}.clientIP.timeoutSeconds", $"{timeout} is out of range; it is 1–86400");
        }
    }

    private static void Unsupported(Checker check, V1Service service)
    {
        var spec = service.Spec;
        for (var i = 0; i < (spec.IpFamilies?.Count ?? 0); i++)
        {
            if (spec.IpFamilies![i] != "IPv4") check.Wrong($"spec.ipFamilies[{i}]", $"'{spec.IpFamilies[i]}' is not supported; only IPv4 is");
        }

        if (spec.ExternalIPs is { Count: > 0 })
        {
            check.Warn("spec.externalIPs", "has no effect here: no traffic comes to those addresses. A NodePort, or a load balancer's target group, leads to the Service");
        }

        if (spec.LoadBalancerSourceRanges is { Count: > 0 } && spec.Type == "LoadBalancer")
        {
            check.Warn("spec.loadBalancerSourceRanges",
                "has no effect here: on AWS it becomes a security group, and none is run. A listener's rule with a source-ip condition does the same");
        }

        const string topology = "service.kubernetes.io/topology-mode";
        if (service.Metadata?.Annotations?.TryGetValue(topology, out var mode) == true && mode is ("Auto" or "auto"))
        {
            check.Warn($"metadata.annotations.{topology}",
                $"'{mode}' has no effect here: endpoints of every zone are used. spec.trafficDistribution: PreferSameZone keeps traffic in its zone");
        }
    }
}
