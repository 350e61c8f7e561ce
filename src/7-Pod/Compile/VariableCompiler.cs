using System.Text;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// A container's <c>envFrom</c> and <c>env</c>, resolved as the kubelet does it: <c>envFrom</c> first, then <c>env</c> in its order, where a
/// value may use the variables before it. Variables of Services (<c>USERS_SERVICE_HOST</c>) aren't made.
/// </summary>
internal static class VariableCompiler
{
    public static Dictionary<string, string> Compile(V1Container container, string path, PodScene scene)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < (container.EnvFrom?.Count ?? 0); i++)
        {
            foreach (var (name, value) in From(container.EnvFrom![i], $"{path}.envFrom[{i}]", scene)) known[name] = value;
        }

        for (var i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            var variable = container.Env![i];
            var field = $"{path}.env[{i}]";
            if (string.IsNullOrEmpty(variable.Name) || variable.Name.Contains('=', StringComparison.Ordinal))
            {
                scene.Error($"{field}.name", string.IsNullOrEmpty(variable.Name)
                    ? "Required value"
                    : $"Invalid value: \"{variable.Name}\": a valid environment variable name must not contain '='");
            }
            else if (variable.ValueFrom is null)
            {
                known[variable.Name] = Expansion.Expand(variable.Value ?? "", known);
            }
            else if (Value(variable.ValueFrom, $"{field}.valueFrom", scene) is { } value)
            {
                known[variable.Name] = value;
            }
        }

        return known;
    }

    private static string? Value(V1EnvVarSource source, string field, PodScene scene)
    {
        if (source.FieldRef is { } reference) return Field(reference.FieldPath ?? "", $"{field}.fieldRef.fieldPath", scene);
        if (source.ConfigMapKeyRef is { } map)
        {
            return Key(scene.Pod.Key.Namespace, "ConfigMap", map.Name, map.Key, map.Optional == true, $"{field}.configMapKeyRef", scene);
        }

        if (source.SecretKeyRef is { } secret)
        {
            return Key(scene.Pod.Key.Namespace, "Secret", secret.Name, secret.Key, secret.Optional == true, $"{field}.secretKeyRef", scene);
        }

        scene.Error(field, "only fieldRef, configMapKeyRef and secretKeyRef are supported; write the value itself");
        return null;
    }

    private static string? Field(string fieldPath, string field, PodScene scene)
    {
        var pod = scene.Pod.Value;
        switch (fieldPath)
        {
            case "metadata.name": return scene.Pod.Key.Name;
            case "metadata.namespace": return scene.Pod.Key.Namespace;
            case "metadata.uid": return pod.Metadata?.Uid ?? SafeNames.Uid(scene.Pod.Key);
            case "spec.nodeName": return pod.Spec.NodeName ?? "";
            case "spec.serviceAccountName": return pod.Spec.ServiceAccountName ?? "default";
            // The bound address: a program that binds to its pod's IP must get its own.
            case "status.podIP" or "status.podIPs": return scene.Address?.Bound.ToString() ?? "";
            case "status.hostIP" or "status.hostIPs":
                return scene.Context.Addresses.Find(new ResourceKey("", "Node", "", pod.Spec.NodeName ?? ""))?.Bound.ToString() ?? pod.Status?.HostIP ?? "";
        }

        if (Subscript(fieldPath, "metadata.labels") is { } label) return pod.Metadata?.Labels?.TryGetValue(label, out var value) == true ? value : "";
        if (Subscript(fieldPath, "metadata.annotations") is { } note) return pod.Metadata?.Annotations?.TryGetValue(note, out var text) == true ? text : "";
        scene.Error(field, $"Invalid value: \"{fieldPath}\": supported are metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], "
            + "metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.podIP and status.hostIP");
        return null;
    }

    private static string? Subscript(string path, string name) =>
        path.StartsWith(name + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(name.Length + 2)..^2] : null;

    private static string? Key(string ns, string kind, string? name, string? key, bool optional, string field, PodScene scene)
    {
        if (Data(ns, kind, name ?? "", scene) is not { } data)
        {
            if (!optional) scene.Error($"{field}.name", $"{kind.ToLowerInvariant()} \"{name}\" not found in namespace \"{ns}\"; add it to the manifests");
            return null;
        }

        if (data.TryGetValue(key ?? "", out var value)) return value;
        if (!optional) scene.Error($"{field}.key", $"couldn't find key {key} in {kind} {ns}/{name}");
        return null;
    }

    private static IEnumerable<KeyValuePair<string, string>> From(V1EnvFromSource source, string field, PodScene scene)
    {
        var (kind, name, optional, part) = source.ConfigMapRef is { } map
            ? ("ConfigMap", map.Name, map.Optional, "configMapRef")
            : ("Secret", source.SecretRef?.Name, source.SecretRef?.Optional, "secretRef");
        if (Data(scene.Pod.Key.Namespace, kind, name ?? "", scene) is { } data) return data.Select(d => KeyValuePair.Create(source.Prefix + d.Key, d.Value));
        if (optional != true)
        {
            scene.Error($"{field}.{part}.name", $"{kind.ToLowerInvariant()} \"{name}\" not found in namespace \"{scene.Pod.Key.Namespace}\"; add it to the manifests");
        }

        return [];
    }

    private static Dictionary<string, string>? Data(string ns, string kind, string name, PodScene scene)
    {
        switch (scene.Context.State.Find(new ResourceKey("", kind, ns, name))?.Value)
        {
            case V1ConfigMap map:
                return new Dictionary<string, string>(map.Data ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            case V1Secret secret:
                var data = (secret.Data ?? new Dictionary<string, byte[]>()).ToDictionary(d => d.Key, d => Encoding.UTF8.GetString(d.Value), StringComparer.Ordinal);
                // stringData overwrites data, as the API server does when it is written.
                foreach (var (key, value) in secret.StringData ?? new Dictionary<string, string>()) data[key] = value;
                return data;
            default:
                return null;
        }
    }
}
