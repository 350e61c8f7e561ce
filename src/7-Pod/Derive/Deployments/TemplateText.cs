using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Aws;

namespace Usher.Pod;

/// <summary>
/// Whether a pod is of its controller's template as it is now. The pods of a ReplicaSet or ReplicationController bear no mark of theirs, so the fields are
/// compared: labels, annotations and the spec, but for what is the pod's own: <c>nodeName</c>, and readiness gates that a webhook may have added.
/// </summary>
internal static class TemplateText
{
    // A template's containers are the very same list in every pod that was made of it; asked at every step of the controllers.
    private static readonly ConditionalWeakTable<IList<V1Container>, string> Texts = [];

    /// <summary>Whether a pod is what the template would make.</summary>
    public static bool IsOf(V1Pod pod, V1PodTemplateSpec template) =>
        ReferenceEquals(pod.Spec.Containers, template.Spec.Containers) || Of(pod.Metadata, pod.Spec) == Of(template.Metadata, template.Spec);

    private static string Of(V1ObjectMeta? metadata, V1PodSpec spec) => Texts.GetValue(spec.Containers, _ => SafeNames.Canonical(new V1PodTemplateSpec
    {
        Metadata = new V1ObjectMeta { Labels = metadata?.Labels, Annotations = metadata?.Annotations },
        Spec = spec with { NodeName = null, ReadinessGates = spec.ReadinessGates?.Where(g => TargetHealthGate.Binding(g.ConditionType ?? "") is null).ToList() is { Count: > 0 } own ? own : null },
    }));
}
