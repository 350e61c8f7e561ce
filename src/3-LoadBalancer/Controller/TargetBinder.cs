using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Registers targets as TargetGroupBindings say it, those that the controller made and those that people wrote: a Service's nodes or pods. That goes on for a stack with which something is wrong, as the controller's bindings
/// do by themselves.
/// </summary>
internal sealed class TargetBinder(CompileContext context)
{
    private readonly ServiceTargets targets = new(context);

    /// <summary>The objects, target groups with their targets, and the written target groups that bindings are written for.</summary>
    internal IEnumerable<(Resource Made, IReadOnlyList<TargetDescription> Targets, IReadOnlyList<string> Stacks)> Bind(IReadOnlyList<(Resource Made, IReadOnlyList<string> Stacks)> made)
    {
        var bindings = made.Select(m => m.Made.Value).OfType<TargetGroupBinding>().ToDictionary(b => b.Spec!.TargetGroupARN!, StringComparer.Ordinal);
        foreach (var (resource, stacks) in made)
        {
            yield return (resource, resource.Value is not TargetGroup group ? [] : bindings.TryGetValue(group.TargetGroupArn, out var binding) ? Of(binding) : group.Targets, stacks);
        }

        foreach (var group in new WrittenBindings(context, bindings).Accepted().GroupBy(a => a.Group.Key))
        {
            var (written, others) = (group.First().Group, group.Any(a => a.Binding.Value.Spec!.MultiClusterTargetGroup == true));
            if (!others && written.Value.Targets.Count > 0)
            {
                context.Warnings.Add(written, "spec.targets", $"are deregistered: {group.First().Binding.Key} has full control of the group's targets; its multiClusterTargetGroup: true leaves the others");
            }

            var own = group.SelectMany(a => Of(a.Binding.Value with { Spec = a.Binding.Value.Spec! with { TargetType = written.Value.TargetType } }));
            yield return (written.Untyped, [.. (others ? written.Value.Targets : []).Concat(own).Distinct()], []);
        }
    }

    private IReadOnlyList<TargetDescription> Of(TargetGroupBinding binding)
    {
        var spec = binding.Spec!;
        if (context.State.Find<V1Service>(binding.Metadata.NamespaceProperty, spec.ServiceRef!.Name!) is not { } service) return [];
        if (ServicePorts.Find(service.Value, spec.ServiceRef.Port!.Value) is not { } port) return [];
        return spec.TargetType == "ip" ? targets.Pods(service, port) : port.NodePort is > 0 and var node ? targets.Nodes(node, spec.NodeSelector) : [];
    }
}
