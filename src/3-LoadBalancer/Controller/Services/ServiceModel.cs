using System.Globalization;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>A Service → its Network Load Balancer, with a listener and a target group for each port, as the controller's model builder makes them (its guide, Service annotations).</summary>
internal sealed class ServiceModel(CompileContext context, Resource<V1Service> service, ControllerAnnotations annotations, RoadCertificates certificates, LeadingNames leading)
{
    private readonly Origin origin = DerivedObjects.OriginOf(service.Origin);

    internal IEnumerable<Resource> Build(Resource<Model.Aws.LoadBalancer> balancer)
    {
        var lb = balancer.Value;
        var discovery = new ServiceCertificates(service, annotations, certificates, leading, lb.DnsName);
        var groups = new ServiceTargetGroups(context, service, annotations);
        var listeners = new ServiceListeners(context, service, annotations, groups).Build(discovery).Select(l => new Resource(
            balancer.Key with { Kind = "Listener", Name = string.Create(CultureInfo.InvariantCulture, $"{balancer.Key.Name}:{l.Port}") },
            l with { LoadBalancerArn = lb.LoadBalancerArn, ListenerArn = AwsNames.ListenerArn(context.Scope, lb.LoadBalancerArn, l.Port) },
            origin)).ToList();
        return [balancer.Untyped, .. listeners, .. groups.Made, .. discovery.Supposed];
    }

    internal Resource<Model.Aws.LoadBalancer> LoadBalancer(IReadOnlyList<string> zones)
    {
        var scheme = Scheme();
        var generated = ControllerNames.LoadBalancer(service.Key, scheme);
        var name = annotations.Text($"{Start}name") ?? generated;
        if (ControllerNames.Problem(name) is { } problem) annotations.Error($"{Start}name", problem);
        var balancer = new Model.Aws.LoadBalancer
        {
            LoadBalancerArn = AwsNames.LoadBalancerArn(context.Scope, name, network: true),
            Name = name,
            DnsName = AwsNames.NetworkLoadBalancerDnsName(context.Scope, name),
            Type = "network",
            Scheme = scheme,
            AvailabilityZones = zones,
            Attributes = Attributes(),
            Service = service.Key,
        };
        return new Resource<Model.Aws.LoadBalancer>(new ResourceKey(ControllerNames.Kinds, "LoadBalancer", service.Key.Namespace, generated), balancer, origin);
    }

    /// <summary><c>internal</c> unless it says otherwise; the older annotation counts where the newer isn't there.</summary>
    private string Scheme() => annotations.Text($"{Start}scheme") is not null
        ? annotations.Word($"{Start}scheme", "internal", "internal", "internet-facing")
        : annotations.Flag($"{Start}internal") == false ? "internet-facing" : "internal";

    /// <summary>Those of the annotation, beaten by the older annotations that are of one attribute each.</summary>
    private SortedDictionary<string, string> Attributes()
    {
        var attributes = new SortedDictionary<string, string>(annotations.Attributes($"{Start}attributes", AttributeTable.NetworkLoadBalancer).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        if (annotations.Flag($"{Start}access-log-enabled") == true)
        {
            attributes["access_logs.s3.enabled"] = "true";
            Take("access_logs.s3.bucket", $"{Start}access-log-s3-bucket-name");
            Take("access_logs.s3.prefix", $"{Start}access-log-s3-bucket-prefix");
        }

        if (annotations.Flag($"{Start}cross-zone-load-balancing-enabled") is { } crossZone) attributes["load_balancing.cross_zone.enabled"] = crossZone ? "true" : "false";
        return attributes;

        void Take(string key, string name)
        {
            if (annotations.Text(name) is not { } value) return;
            if (AttributeTable.NetworkLoadBalancer.Problem(key, value) is { } problem) annotations.Error(name, $"found '{value}'; {problem}");
            else attributes[key] = value;
        }
    }
}
