using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// TargetGroupBindings that people wrote for target groups that they wrote (the controller's guide, TargetGroupBinding): what its resource's schema refuses is an error; what its webhooks and its reconciler find wrong isn't
/// accepted, and registers nothing.
/// </summary>
/// <param name="context">What is compiled.</param>
/// <param name="taken">The bindings that the controller made, by the ARNs of their target groups.</param>
internal sealed class WrittenBindings(CompileContext context, IReadOnlyDictionary<string, TargetGroupBinding> taken)
{
    private const int MaxListed = 5;

    private readonly Dictionary<string, Resource<TargetGroupBinding>> firsts = new(StringComparer.Ordinal);
    private readonly ILookup<string, Resource<TargetGroup>> byArn = context.State.All<TargetGroup>().ToLookup(g => g.Value.TargetGroupArn, StringComparer.Ordinal);
    private readonly ILookup<string, Resource<TargetGroup>> byName = context.State.All<TargetGroup>().ToLookup(g => g.Value.Name, StringComparer.Ordinal);
    private readonly ILookup<string, TargetGroupBinding> takenByName = taken.Values.ToLookup(t => t.Metadata.Name, StringComparer.Ordinal);

    /// <summary>Those that are accepted, each with its target group.</summary>
    internal IReadOnlyList<(Resource<TargetGroupBinding> Binding, Resource<TargetGroup> Group)> Accepted()
    {
        var accepted = new List<(Resource<TargetGroupBinding>, Resource<TargetGroup>)>();
        foreach (var binding in context.State.All<TargetGroupBinding>())
        {
            if (!FitsSchema(binding)) continue;
            var group = Group(binding.Value.Spec!);
            if (Problem(binding.Value.Spec!, group, binding) is var (field, message)) context.Refuse(binding, field, $"{message}; it registers no targets until then");
            else accepted.Add((binding, group!));
        }

        return accepted;
    }

    private bool FitsSchema(Resource<TargetGroupBinding> binding)
    {
        var spec = binding.Value.Spec;
        var problems = new List<(string Field, string Message)>();
        if (spec?.ServiceRef is null) problems.Add(("spec.serviceRef", "is required: the name of a Service and its port"));
        if (spec?.ServiceRef is { Name: null or "" }) problems.Add(("spec.serviceRef.name", "is required: the name of a Service"));
        if (spec?.ServiceRef is { Port: null }) problems.Add(("spec.serviceRef.port", "is required: the name or number of a port of the Service"));
        if (spec?.TargetType is not (null or "instance" or "ip")) problems.Add(("spec.targetType", $"found '{spec!.TargetType}'; allowed are instance and ip"));
        if (spec?.IpAddressType is not (null or "ipv4" or "ipv6")) problems.Add(("spec.ipAddressType", $"found '{spec!.IpAddressType}'; allowed are ipv4 and ipv6"));
        foreach (var (field, message) in problems) context.Errors.Add(binding, field, message);
        return problems.Count == 0;
    }

    private Resource<TargetGroup>? Group(TargetGroupBindingSpec spec) => spec.TargetGroupARN is { Length: > 0 } arn
        ? byArn[arn].FirstOrDefault()
        : byName[spec.TargetGroupName ?? ""].FirstOrDefault();

    private (string Field, string Message)? Problem(TargetGroupBindingSpec spec, Resource<TargetGroup>? group, Resource<TargetGroupBinding> binding)
    {
        var named = spec.TargetGroupARN is { Length: > 0 } ? "spec.targetGroupARN" : "spec.targetGroupName";
        var wanted = spec.TargetGroupARN is { Length: > 0 } ? spec.TargetGroupARN : spec.TargetGroupName;
        if (string.IsNullOrEmpty(wanted)) return ("spec", "must provide either targetGroupARN or targetGroupName");
        if ((taken.GetValueOrDefault(wanted) ?? takenByName[wanted].FirstOrDefault()) is { } made)
        {
            return (named, $"TargetGroup {wanted} is already bound to TargetGroupBinding {made.Metadata.NamespaceProperty}/{made.Metadata.Name}, which the controller made");
        }

        if (group is null) return (named, Unknown(wanted, byArn: named.EndsWith("ARN", StringComparison.Ordinal)));
        if (group.Value.TargetType is not ("instance" or "ip")) return (named, $"{group.Key} is of target type {group.Value.TargetType}; unsupported TargetType: instance and ip have a Service's nodes or pods");
        if (spec.TargetType is { } type && type != group.Value.TargetType) return ("spec.targetType", $"found {type}, and {group.Key} is of target type {group.Value.TargetType}; write that, or nothing");
        if (group.Value.TargetType == "ip" && spec.NodeSelector is not null) return ("spec.nodeSelector", "TargetGroupBinding cannot set NodeSelector when TargetType is ip");
        if (spec.NodeSelector?.MatchExpressions?.Select(LabelSelectors.Wrong).FirstOrDefault(w => w is not null) is { } wrong) return ("spec.nodeSelector.matchExpressions", wrong);
        if (spec.IpAddressType == "ipv6") return ("spec.ipAddressType", $"found ipv6; invalid IP address type for {group.Key}, whose targets have IPv4 addresses");
        if (!firsts.TryAdd(group.Value.TargetGroupArn, binding)
            && !(spec.MultiClusterTargetGroup == true && firsts[group.Value.TargetGroupArn].Value.Spec!.MultiClusterTargetGroup == true))
        {
            return (named, $"TargetGroup {wanted} is already bound to {firsts[group.Value.TargetGroupArn].Key}; multiClusterTargetGroup: true of both lets them share it");
        }

        return Problem(spec, group, binding.Key.Namespace);
    }

    /// <summary>What the TargetGroups here are known by, the one of the same name first.</summary>
    private string Unknown(string wanted, bool byArn)
    {
        var name = byArn && wanted.Split('/') is [_, var written, _] ? written : wanted;
        var here = context.State.All<TargetGroup>().OrderBy(g => g.Value.Name != name && g.Key.Name != name).ThenBy(g => g.Key.ToString(), StringComparer.Ordinal).ToList();
        return $"found {wanted}; no TargetGroup here has that {(byArn ? "ARN" : "name")}"
            + (here.Count == 0 ? ": write one (elbv2.services.k8s.aws)" : $": there are {FirstFew.Of(here, MaxListed, g => $"{(byArn ? g.Value.TargetGroupArn : g.Value.Name)} ({g.Key})")}");
    }

    private (string Field, string Message)? Problem(TargetGroupBindingSpec spec, Resource<TargetGroup> group, string ns)
    {
        var (name, port) = ($"{ns}/{spec.ServiceRef!.Name}", spec.ServiceRef.Port!.Value);
        if (context.State.Find<V1Service>(ns, spec.ServiceRef.Name!) is not { } service) return ("spec.serviceRef.name", $"there is no Service {name}");
        if (ServicePorts.Find(service.Value, port) is not { } found) return ("spec.serviceRef.port", $"unable to find port {port} on service {name}; it has {ServicePorts.All(service.Value)}");
        return group.Value.TargetType switch
        {
            "instance" when found.NodePort is not > 0 => ("spec.serviceRef", $"service type must be either 'NodePort' or 'LoadBalancer': {name} has no NodePort, and {group.Key} is of target type instance"),
            "ip" when service.Value.Spec.Selector is not { Count: > 0 } => ("spec.serviceRef.name", $"service {name} has no selector; endpoints that aren't a selector's pods aren't registered here"),
            _ => null,
        };
    }
}
