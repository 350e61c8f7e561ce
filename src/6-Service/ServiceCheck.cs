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

        if (spec.Type == "ExternalName")
        {
            context.Errors.Add(service, "spec.type",
                "'ExternalName' is not supported: it is a CNAME in the cluster's DNS, which Usher does not run. "
                + "Use a Service without selector and an EndpointSlice");
            return false;
        }

        var check = new Checker(context.Errors, service);
        check.OneOf("spec.type", spec.Type, "ClusterIP", "NodePort", "LoadBalancer");
        check.OneOf("spec.internalTrafficPolicy", spec.InternalTrafficPolicy, "Cluster", "Local");
        check.OneOf("spec.externalTrafficPolicy", spec.ExternalTrafficPolicy, "Cluster", "Local");
        check.OneOf("spec.sessionAffinity", spec.SessionAffinity, "None", "ClientIP");
        check.OneOf("spec.trafficDistribution", spec.TrafficDistribution, "PreferClose", "PreferSameZone", "PreferSameNode");
        check.OneOf("spec.ipFamilyPolicy", spec.IpFamilyPolicy, "SingleStack", "PreferDualStack");
        Policies(check, spec);
        Unsupported(check, service.Value);
        PortCheck.Check(check, spec, context.Addresses);
        return check.Fine;
    }

    private static void Policies(Checker check, V1ServiceSpec spec)
    {
        if (spec.ExternalTrafficPolicy is not null && spec.Type is not ("NodePort" or "LoadBalancer"))
        {
            check.Wrong("spec.externalTrafficPolicy", "is only for the types NodePort and LoadBalancer; remove it, or change the type");
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
            check.Wrong("spec.externalIPs", "is not supported; use a NodePort or a load balancer's target group");
        }

        if (spec.LoadBalancerSourceRanges is { Count: > 0 })
        {
            check.Wrong("spec.loadBalancerSourceRanges",
                "is not supported: no load balancer is made for a Service. Write the load balancer and a rule with a source-ip condition");
        }

        if (spec.HealthCheckNodePort is > 0)
        {
            check.Wrong("spec.healthCheckNodePort", "is not supported: nothing answers on it; let the target group check the NodePort");
        }

        const string topology = "service.kubernetes.io/topology-mode";
        if (service.Metadata?.Annotations?.TryGetValue(topology, out var mode) == true && mode is ("Auto" or "auto"))
        {
            check.Wrong($"metadata.annotations.{topology}", $"'{mode}' is not supported; use spec.trafficDistribution: PreferSameZone");
        }
    }
}
