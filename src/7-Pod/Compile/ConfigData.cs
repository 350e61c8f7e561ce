using System.Text;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>The content of ConfigMaps and Secrets.</summary>
internal static class ConfigData
{
    /// <summary>A ConfigMap's or Secret's keys and values; null when there is no such object.</summary>
    /// <param name="kind"><c>ConfigMap</c> or <c>Secret</c>.</param>
    /// <param name="name">Its name, in the pod's namespace.</param>
    /// <param name="scene">The pod.</param>
    /// <param name="textOnly">True for the environment, which takes nothing from a ConfigMap's <c>binaryData</c>.</param>
    public static Dictionary<string, byte[]>? Find(string kind, string name, PodScene scene, bool textOnly = false)
    {
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        switch (scene.Context.State.Find(new ResourceKey("", kind, scene.Pod.Key.Namespace, name))?.Value)
        {
            case V1ConfigMap map:
                foreach (var (key, value) in (textOnly ? null : map.BinaryData) ?? new Dictionary<string, byte[]>()) data[key] = value;
                foreach (var (key, value) in map.Data ?? new Dictionary<string, string>()) data[key] = Encoding.UTF8.GetBytes(value);
                return data;
            case V1Secret secret:
                foreach (var (key, value) in secret.Data ?? new Dictionary<string, byte[]>()) data[key] = value;
                // stringData overwrites data, as the API server does when it is written.
                foreach (var (key, value) in secret.StringData ?? new Dictionary<string, string>()) data[key] = Encoding.UTF8.GetBytes(value);
                return data;
            default:
                return null;
        }
    }

    /// <summary>Waits for an object that isn't there.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name, in the pod's namespace.</param>
    /// <param name="field">Where it is named.</param>
    /// <param name="scene">The pod.</param>
    public static void Await(string kind, string? name, string field, PodScene scene) =>
        scene.Await(field, $"{kind.ToLowerInvariant()} \"{name}\" not found", $" in namespace \"{scene.Pod.Key.Namespace}\"; add it to the manifests");
}
