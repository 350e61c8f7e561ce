using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>The TargetGroupBindings that the controller makes for its own target groups: each has its target group's name.</summary>
internal static class Bindings
{
    /// <summary>A target group with its binding.</summary>
    /// <param name="group">The target group.</param>
    /// <param name="service">Whose nodes or pods are its targets.</param>
    /// <param name="port">The Service's port, by name or number.</param>
    /// <param name="labels">The labels of nodes that are targets; all nodes without any.</param>
    /// <param name="origin">Where it comes from.</param>
    internal static IEnumerable<Resource> With(TargetGroup group, ResourceKey service, string port, IReadOnlyDictionary<string, string> labels, Origin origin) =>
    [
        new(new ResourceKey(ControllerNames.Kinds, "TargetGroup", service.Namespace, group.Name), group, origin),
        Of(group, service, port, labels, origin),
    ];

    private static Resource Of(TargetGroup group, ResourceKey service, string port, IReadOnlyDictionary<string, string> labels, Origin origin) => new(
        new ResourceKey(TargetGroupBinding.Group, "TargetGroupBinding", service.Namespace, group.Name),
        new TargetGroupBinding
        {
            Metadata = new V1ObjectMeta { Name = group.Name, NamespaceProperty = service.Namespace },
            Spec = new TargetGroupBindingSpec
            {
                TargetGroupARN = group.TargetGroupArn,
                TargetType = group.TargetType,
                ServiceRef = new ServiceReference { Name = service.Name, Port = port },
                NodeSelector = group.TargetType == "instance" && labels.Count > 0 ? new V1LabelSelector { MatchLabels = labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal) } : null,
            },
        },
        origin);
}
