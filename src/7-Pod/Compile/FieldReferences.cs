using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the downward API tells a container of its pod (<c>fieldRef</c>) and of itself (<c>resourceFieldRef</c>).</summary>
internal static class FieldReferences
{
    /// <summary>The value of a field of the pod; null when it isn't supported, which has been reported.</summary>
    /// <param name="fieldPath">As written.</param>
    /// <param name="field">Where it was written.</param>
    /// <param name="scene">The pod.</param>
    /// <param name="inVolume">True for a volume's file, which may have all labels or annotations at once, and no addresses.</param>
    public static string? Value(string fieldPath, string field, PodScene scene, bool inVolume = false)
    {
        var pod = scene.Pod.Value;
        switch (fieldPath)
        {
            case "metadata.name": return scene.Pod.Key.Name;
            case "metadata.namespace": return scene.Pod.Key.Namespace;
            case "metadata.uid": return pod.Metadata?.Uid ?? SafeNames.Uid(scene.Pod.Key);
            case "metadata.labels" when inVolume: return All(pod.Metadata?.Labels);
            case "metadata.annotations" when inVolume: return All(pod.Metadata?.Annotations);
            case "spec.nodeName" when !inVolume: return pod.Spec.NodeName ?? "";
            case "spec.serviceAccountName" when !inVolume: return pod.Spec.ServiceAccountName ?? "default";
            // The bound address: a program that binds to its pod's IP must get its own.
            case "status.podIP" or "status.podIPs" when !inVolume: return scene.Address?.Bound.ToString() ?? "";
            case "status.hostIP" or "status.hostIPs" when !inVolume:
                return scene.Context.Addresses.Find(new ResourceKey("", "Node", "", pod.Spec.NodeName ?? ""))?.Bound.ToString() ?? pod.Status?.HostIP ?? "";
        }

        if (Subscript(fieldPath, "metadata.labels") is { } label) return pod.Metadata?.Labels?.TryGetValue(label, out var value) == true ? value : "";
        if (Subscript(fieldPath, "metadata.annotations") is { } note) return pod.Metadata?.Annotations?.TryGetValue(note, out var text) == true ? text : "";
        scene.Error(field, $"Invalid value: \"{fieldPath}\": supported are metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], "
            + (inVolume ? "metadata.labels and metadata.annotations" : "spec.nodeName, spec.serviceAccountName, status.podIP and status.hostIP"));
        return null;
    }

    /// <summary>A request or limit, divided and rounded up; a limit that isn't set is what the node has to give. Null when that isn't known, for which the pod waits.</summary>
    public static string? Resource(V1ResourceFieldSelector reference, V1Container? container, string field, PodScene scene)
    {
        var dot = reference.Resource?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var (list, name) = dot < 0 ? ("", "") : (reference.Resource![..dot], reference.Resource[(dot + 1)..]);
        if (list is not ("limits" or "requests") || !(name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal)))
        {
            scene.Error($"{field}.resource", $"Invalid value: \"{reference.Resource}\": supported are limits and requests of cpu, memory, ephemeral-storage and hugepages-SIZE, as limits.cpu");
            return null;
        }

        if (container is null)
        {
            scene.Error($"{field}.containerName", $"Not found: \"{reference.ContainerName}\"");
            return null;
        }

        var set = list == "limits" ? container.Resources?.Limits : container.Resources?.Requests ?? container.Resources?.Limits;
        var amount = set?.TryGetValue(name, out var found) == true ? found
            : list == "limits" ? Allocatable(name, scene)
            : new ResourceQuantity("0");
        if (amount is null)
        {
            scene.Await($"{field}.resource",
                $"container \"{container.Name}\" has no {reference.Resource}, and its node's status.allocatable doesn't say how much it has; write one of them");
            return null;
        }

        var divisor = reference.Divisor?.ToDecimal() ?? 1m;
        return Math.Ceiling(amount.ToDecimal() / (divisor == 0 ? 1 : divisor)).ToString("0", CultureInfo.InvariantCulture);
    }

    private static ResourceQuantity? Allocatable(string name, PodScene scene)
    {
        var status = (scene.Context.State.Find(new ResourceKey("", "Node", "", scene.Pod.Value.Spec.NodeName ?? ""))?.Value as V1Node)?.Status;
        return status?.Allocatable?.TryGetValue(name, out var found) == true || status?.Capacity?.TryGetValue(name, out found) == true ? found : null;
    }

    // As the kubelet writes them: a line each, sorted, the value quoted as Go does it.
    private static string All(IDictionary<string, string>? pairs) => string.Join('\n', (pairs ?? new Dictionary<string, string>())
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => $"{p.Key}=\"{p.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""));

    private static string? Subscript(string path, string name) =>
        path.StartsWith(name + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(name.Length + 2)..^2] : null;
}
