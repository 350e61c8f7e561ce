using k8s;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Where a person wrote a pod's spec: its own object, or the template of the controller that made it.</summary>
/// <param name="Key">The object.</param>
/// <param name="Origin">Where it was written.</param>
/// <param name="Spec">Path of the pod's spec in it.</param>
internal sealed record Written(ResourceKey Key, Origin Origin, string Spec)
{
    public static Written Of(Resource<V1Pod> pod, DesiredState state)
    {
        Resource owned = new(pod.Key, pod.Value, pod.Origin);
        var spec = "spec";
        while (Owners(owned.Value)?.FirstOrDefault(o => o.Controller == true) is { } owner
            && state.Find(new ResourceKey(GroupOf(owner), owner.Kind, pod.Key.Namespace, owner.Name)) is { } found)
        {
            owned = found;
            spec = found.Value is V1CronJob ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec";
        }

        return new Written(owned.Key, owned.Origin, spec);
    }

    private static IList<V1OwnerReference>? Owners(object value) => (value as IKubernetesObject<V1ObjectMeta>)?.Metadata?.OwnerReferences;

    private static string GroupOf(V1OwnerReference owner) =>
        owner.ApiVersion?.IndexOf('/', StringComparison.Ordinal) is { } slash and >= 0 ? owner.ApiVersion[..slash] : "";
}

/// <summary>Reports what is wrong with a template once, however many pods were made from it.</summary>
internal sealed class PodBlame(ErrorList errors, ErrorList warnings)
{
    private readonly HashSet<(ResourceKey, string, string)> reported = [];

    /// <summary>Reports an error in a field below the pod's spec; an empty field means the spec.</summary>
    public void Add(Written written, string field, string message) => Add(errors, written, field, message);

    /// <summary>The same of what stops nothing.</summary>
    public void Warn(Written written, string field, string message) => Add(warnings, written, field, message);

    private void Add(ErrorList list, Written written, string field, string message)
    {
        var path = field.Length == 0 ? written.Spec : $"{written.Spec}.{field}";
        if (reported.Add((written.Key, path, message))) list.Add(written.Key, written.Origin, path, message);
    }
}

/// <summary>One pod under compilation, and where its errors go.</summary>
internal sealed record PodScene(CompileContext Context, Resource<V1Pod> Pod, Written Written, PodBlame Blame, RoadAddress? Address)
{
    private readonly List<string> notApplied = [];
    private string? awaited;

    /// <summary>Fields that have no effect.</summary>
    public IReadOnlyList<string> NotApplied => notApplied;

    /// <summary>Why its volumes can't be mounted yet, in the kubelet's words; null when they can.</summary>
    public string? Unmounted { get; set; }

    /// <summary>The names of ports so far.</summary>
    public HashSet<string> PortNames { get; } = new(StringComparer.Ordinal);

    public void Error(string field, string message) => Blame.Add(Written, field, message);

    public void Warn(string field, string message) => Blame.Warn(Written, field, message);

    /// <summary>Notes a field that has no effect, because only the image's own program would notice it.</summary>
    public void NotApply(string field)
    {
        if (!notApplied.Contains($"spec.{field}")) notApplied.Add($"spec.{field}");
    }

    /// <summary>Notes what isn't there yet and stops nothing: the pod waits for it, as with the kubelet.</summary>
    /// <param name="field">The field that names it.</param>
    /// <param name="message">The kubelet's words.</param>
    /// <param name="advice">What to do; null where the message says it.</param>
    public void Await(string field, string message, string? advice = null)
    {
        awaited ??= message;
        Warn(field, $"{message}{advice}; until then the pod waits");
    }

    /// <summary>The first that is awaited since the last time; null for none.</summary>
    public string? TakeAwaited() => Interlocked.Exchange(ref awaited, null);

    /// <summary>A container or init container by its name, or null.</summary>
    public V1Container? Container(string? name) =>
        Pod.Value.Spec.Containers.Concat(Pod.Value.Spec.InitContainers ?? []).FirstOrDefault(c => c.Name == name);
}
