using System.Globalization;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>The target groups of a Service's Network Load Balancer: one for each port, and for each of another Service that an action leads to, all with the settings of the first one's annotations.</summary>
internal sealed class ServiceTargetGroups(CompileContext context, Resource<V1Service> @base, ControllerAnnotations annotations)
{
    private readonly Dictionary<(ResourceKey Service, int Port), string> arns = [];
    private readonly List<Resource> made = [];

    /// <summary>Those that were asked for, with the bindings of their targets.</summary>
    internal IReadOnlyList<Resource> Made => made;

    /// <summary>The ARN of the target group of a Service's port; null after an error.</summary>
    internal string? Arn(Resource<V1Service> service, V1ServicePort port, string protocol)
    {
        if (arns.TryGetValue((service.Key, port.Port), out var arn)) return arn;
        if (TypeOf(service, port) is not { } type) return null;
        var check = new ServiceHealthCheck(annotations).Of(service.Value, type);
        var number = type == "instance" ? port.NodePort ?? 0 : ServicePorts.Target(port);
        var name = ControllerNames.TargetGroup(service.Key, number, port.Port, type, protocol, check);
        var group = new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(context.Scope, name),
            Name = name,
            Protocol = protocol,
            Port = number,
            TargetType = type,
            HealthCheck = check,
            Attributes = Attributes(port),
        };
        made.AddRange(Bindings.With(group, service.Key, port.Port.ToString(CultureInfo.InvariantCulture), annotations.Map($"{Start}target-node-labels"), DerivedObjects.OriginOf(@base.Origin)));
        return arns[(service.Key, port.Port)] = group.TargetGroupArn;
    }

    private string? TypeOf(Resource<V1Service> service, V1ServicePort port)
    {
        const string name = $"{Start}nlb-target-type";
        if (annotations.Text($"{Start}type") == "nlb-ip" || annotations.Word(name, "instance", "instance", "ip") == "ip")
        {
            if (service.Value.Spec.Selector is { Count: > 0 }) return "ip";
            annotations.Error(name, $"service {service.Key.Short} has no selector, and its targets are ip ones; endpoints that aren't a selector's pods aren't registered here");
            return null;
        }

        if (port.NodePort is > 0) return "instance";
        annotations.Error(name, service.Value.Spec.Type is null or "ClusterIP"
            ? $"unsupported service type \"ClusterIP\" for load balancer target type \"instance\": {service.Key.Short} has no NodePort; change its type, or write ip"
            : $"unable to support instance target type with an unallocated NodePort: port {port.Port} of {service.Key.Short} has none (spec.allocateLoadBalancerNodePorts is false); write ip, or a nodePort");
        return null;
    }

    /// <summary>Those of the annotation; what is said of the PROXY protocol by an annotation of its own beats them, and for all groups at once beats for each.</summary>
    private SortedDictionary<string, string> Attributes(V1ServicePort port)
    {
        const string proxied = "proxy_protocol_v2.enabled";
        const string each = $"{Start}proxy-protocol-per-target-group";
        const string all = $"{Start}proxy-protocol";
        var attributes = new SortedDictionary<string, string>(
            annotations.Attributes($"{Start}target-group-attributes", AttributeTable.NetworkTargetGroup).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        if (annotations.Text(each) is not null)
        {
            var ports = annotations.List(each);
            if (ports.FirstOrDefault(p => !p.All(char.IsAsciiDigit)) is { } wrong) annotations.Error(each, $"found {wrong}; invalid port number in proxy-protocol-per-target-group: the numbers of the Service's ports are wanted, with commas between several");
            attributes[proxied] = ports.Contains(port.Port.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal) ? "true" : "false";
        }

        if (annotations.Text(all) is { } value)
        {
            if (value == "*") attributes[proxied] = "true";
            else annotations.Error(all, $"found '{value}'; only value currently supported is *");
        }

        return attributes;
    }
}
