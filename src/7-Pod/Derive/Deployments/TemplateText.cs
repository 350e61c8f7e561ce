using System.Runtime.CompilerServices;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Whether a pod is of its controller's template as it is now. The pods of a ReplicaSet or ReplicationController bear no mark of theirs, so the templates are compared: the one that a pod was made of, whatever webhooks and the
/// scheduler have made of the pod since, and the one that its controller has now. Of each what pods get of it: labels, annotations and the spec.
/// </summary>
internal static class TemplateText
{
    // A template's containers are the very same list in every pod that was made of it; asked at every step of the controllers.
    private static readonly ConditionalWeakTable<IList<V1Container>, Lazy<string>> Texts = [];

    /// <summary>Notes a template that pods are made of, so that it is known for theirs when another has come.</summary>
    public static void Note(V1PodTemplateSpec template) => Of(template.Metadata, template.Spec);

    /// <summary>Whether a pod is what the template would make. One that somebody wrote under a controller's name was made of none: what the scheduler and webhooks give it isn't looked at.</summary>
    public static bool IsOf(V1Pod pod, V1PodTemplateSpec template) => ReferenceEquals(pod.Spec.Containers, template.Spec.Containers)
        || Of(pod.Metadata, pod.Spec with { NodeName = template.Spec.NodeName, ReadinessGates = template.Spec.ReadinessGates }).Value == Of(template.Metadata, template.Spec).Value;

    private static Lazy<string> Of(V1ObjectMeta? metadata, V1PodSpec spec) => Texts.GetValue(spec.Containers, _ => new(() => SafeNames.Canonical(new V1PodTemplateSpec
    {
        Metadata = new V1ObjectMeta { Labels = metadata?.Labels, Annotations = metadata?.Annotations },
        Spec = spec,
    })));
}
