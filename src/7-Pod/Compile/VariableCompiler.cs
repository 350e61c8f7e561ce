using System.Text;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// A container's environment, resolved as the kubelet does it: the variables of the namespace's Services, <c>envFrom</c>, then <c>env</c> in its
/// order, where a value may use the variables before it.
/// </summary>
internal static class VariableCompiler
{
    public static Dictionary<string, string> Compile(V1Container container, string path, PodScene scene)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in ServiceVariables.For(scene)) known[name] = value;
        for (var i = 0; i < (container.EnvFrom?.Count ?? 0); i++)
        {
            foreach (var (name, value) in From(container.EnvFrom![i], $"{path}.envFrom[{i}]", scene)) known[name] = value;
        }

        for (var i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            var variable = container.Env![i];
            var field = $"{path}.env[{i}]";
            if (!IsName(variable.Name))
            {
                scene.Error($"{field}.name", string.IsNullOrEmpty(variable.Name)
                    ? "Required value"
                    : $"Invalid value: \"{variable.Name}\": a valid environment variable name must consist only of printable ASCII characters other than '='");
            }
            else if (variable.ValueFrom is null)
            {
                known[variable.Name] = Expansion.Expand(variable.Value ?? "", known);
            }
            else if (Value(variable.ValueFrom, container, $"{field}.valueFrom", scene) is { } value)
            {
                known[variable.Name] = value;
            }
        }

        return known;
    }

    private static string? Value(V1EnvVarSource source, V1Container container, string field, PodScene scene)
    {
        if (source.FieldRef is { } reference) return FieldReferences.Value(reference.FieldPath ?? "", $"{field}.fieldRef.fieldPath", scene);
        if (source.ResourceFieldRef is { } resource)
        {
            var named = string.IsNullOrEmpty(resource.ContainerName) ? container : scene.Container(resource.ContainerName);
            return FieldReferences.Resource(resource, named, $"{field}.resourceFieldRef", scene);
        }

        if (source.ConfigMapKeyRef is { } map) return Key("ConfigMap", map.Name, map.Key, map.Optional == true, $"{field}.configMapKeyRef", scene);
        if (source.SecretKeyRef is { } secret) return Key("Secret", secret.Name, secret.Key, secret.Optional == true, $"{field}.secretKeyRef", scene);
        if (source.FileKeyRef is null) scene.Error(field, "Invalid value: must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        return null;
    }

    private static string? Key(string kind, string? name, string? key, bool optional, string field, PodScene scene)
    {
        if (ConfigData.Find(kind, name ?? "", scene, textOnly: true) is not { } data)
        {
            if (!optional) ConfigData.Await(kind, name, $"{field}.name", scene);
            return null;
        }

        if (data.TryGetValue(key ?? "", out var value)) return Encoding.UTF8.GetString(value);
        if (!optional) scene.Await($"{field}.key", $"couldn't find key {key} in {kind} {scene.Pod.Key.Namespace}/{name}");
        return null;
    }

    private static IEnumerable<KeyValuePair<string, string>> From(V1EnvFromSource source, string field, PodScene scene)
    {
        if (source.ConfigMapRef is null == source.SecretRef is null)
        {
            scene.Error(field, source.ConfigMapRef is null
                ? "Invalid value: must specify one of: `configMapRef` or `secretRef`"
                : "Invalid value: may not have more than one field specified at a time");
            return [];
        }

        var (kind, name, optional, part) = source.ConfigMapRef is { } map
            ? ("ConfigMap", map.Name, map.Optional, "configMapRef")
            : ("Secret", source.SecretRef!.Name, source.SecretRef.Optional, "secretRef");
        if (ConfigData.Find(kind, name ?? "", scene, textOnly: true) is { } data)
        {
            // A key that makes no name is left out, as the kubelet does (event InvalidEnvironmentVariableNames).
            return data.Where(d => IsName(source.Prefix + d.Key)).Select(d => KeyValuePair.Create(source.Prefix + d.Key, Encoding.UTF8.GetString(d.Value)));
        }

        if (optional != true) ConfigData.Await(kind, name, $"{field}.{part}.name", scene);
        return [];
    }

    // Kubernetes 1.32 and later (RelaxedEnvironmentVariableValidation).
    private static bool IsName(string? name) => !string.IsNullOrEmpty(name) && name.All(c => c is >= ' ' and <= '~' and not '=');
}
