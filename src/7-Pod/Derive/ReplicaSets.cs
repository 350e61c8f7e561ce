using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>A Deployment becomes a ReplicaSet, as the Deployment controller does it; errors in the API server's words.</summary>
internal static class ReplicaSets
{
    public const string HashLabel = "pod-template-hash";

    /// <summary>The ReplicaSet of a Deployment's template, or null after an error was reported.</summary>
    public static Resource<V1ReplicaSet>? Of(Resource<V1Deployment> deployment, ErrorList errors)
    {
        var spec = deployment.Value.Spec;
        if (!Valid(deployment.Key, deployment.Origin, spec?.Selector, spec?.Template, spec?.Replicas, "deployment", errors)) return null;
        if (spec!.Paused == true)
        {
            errors.Add(deployment, "spec.paused", "a paused Deployment isn't supported; take the field away");
            return null;
        }

        var hash = SafeNames.TemplateHash(spec.Template);
        var key = new ResourceKey("apps", "ReplicaSet", deployment.Key.Namespace, $"{deployment.Key.Name}-{hash}");
        var template = SafeNames.Copy(spec.Template);
        template.Metadata.Labels[HashLabel] = hash;
        var selector = SafeNames.Copy(spec.Selector);
        selector.MatchLabels = new Dictionary<string, string>(selector.MatchLabels ?? new Dictionary<string, string>()) { [HashLabel] = hash };
        return new Resource<V1ReplicaSet>(key, new V1ReplicaSet
        {
            ApiVersion = "apps/v1",
            Kind = "ReplicaSet",
            Metadata = new V1ObjectMeta
            {
                Name = key.Name,
                NamespaceProperty = key.Namespace,
                Uid = SafeNames.Uid(key),
                Labels = new Dictionary<string, string>(template.Metadata.Labels),
                OwnerReferences = [Owner("Deployment", deployment.Key)],
            },
            Spec = new V1ReplicaSetSpec { Replicas = spec.Replicas ?? 1, Selector = selector, Template = template },
        }, Origin.Derived);
    }

    /// <summary>Whether a ReplicaSet that somebody wrote can be carried out.</summary>
    public static bool Valid(Resource<V1ReplicaSet> set, ErrorList errors) =>
        Valid(set.Key, set.Origin, set.Value.Spec?.Selector, set.Value.Spec?.Template, set.Value.Spec?.Replicas, "ReplicaSet", errors);

    /// <summary>A controller's reference in what it made.</summary>
    public static V1OwnerReference Owner(string kind, ResourceKey key) => new()
    {
        ApiVersion = "apps/v1", Kind = kind, Name = key.Name, Uid = SafeNames.Uid(key), Controller = true, BlockOwnerDeletion = true,
    };

    private static bool Valid(
        ResourceKey key, Origin origin, V1LabelSelector? selector, V1PodTemplateSpec? template, int? replicas, string kind, ErrorList errors)
    {
        var before = errors.All.Count;
        if (replicas < 0) errors.Add(key, origin, "spec.replicas", $"Invalid value: {replicas}: must be greater than or equal to 0");
        if (template?.Spec?.Containers is not { Count: > 0 }) errors.Add(key, origin, "spec.template.spec.containers", "Required value");
        if (template?.Spec?.RestartPolicy is { } policy && policy != "Always")
        {
            errors.Add(key, origin, "spec.template.spec.restartPolicy", $"Unsupported value: \"{policy}\": supported values: \"Always\"");
        }

        if (selector is null)
        {
            errors.Add(key, origin, "spec.selector", "Required value");
        }
        else if (LabelSelectors.IsEmpty(selector))
        {
            errors.Add(key, origin, "spec.selector", $"Invalid value: {{}}: empty selector is invalid for {kind}");
        }
        else
        {
            CheckSelector(key, origin, selector, template, errors);
        }

        return errors.All.Count == before;
    }

    private static void CheckSelector(ResourceKey key, Origin origin, V1LabelSelector selector, V1PodTemplateSpec? template, ErrorList errors)
    {
        var wrong = false;
        for (var i = 0; i < (selector.MatchExpressions?.Count ?? 0); i++)
        {
            if (LabelSelectors.Wrong(selector.MatchExpressions![i]) is not { } message) continue;
            wrong = true;
            errors.Add(key, origin, $"spec.selector.matchExpressions[{i}]", message);
        }

        var labels = template?.Metadata?.Labels;
        if (wrong || (labels is { Count: > 0 } && LabelSelectors.Matches(selector, labels))) return;
        errors.Add(key, origin, "spec.template.metadata.labels",
            $"Invalid value: {SafeNames.Canonical(labels ?? new Dictionary<string, string>())}: `selector` does not match template `labels`");
    }
}
