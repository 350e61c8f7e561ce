using k8s;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Tests;

/// <summary>Manifests that a test writes, read by the Kubernetes client alone: nothing is checked, nothing has a default, and every object is on line 1.</summary>
internal static class ClusterYaml
{
    /// <summary>The objects; none of an empty text.</summary>
    /// <param name="yaml">The documents.</param>
    /// <param name="kinds">The types of kinds that the client has no model of, by <c>group/version/kind</c>.</param>
    internal static IReadOnlyList<Resource> Read(string yaml, IDictionary<string, Type>? kinds = null) =>
        yaml.Trim().Length == 0 ? [] : [.. KubernetesYaml.LoadAllFromString(yaml, kinds).Cast<IKubernetesObject<V1ObjectMeta>>().Select(Of)];

    private static Resource Of(IKubernetesObject<V1ObjectMeta> read)
    {
        var group = read.ApiVersion.Contains('/', StringComparison.Ordinal) ? read.ApiVersion.Split('/')[0] : "";
        return new Resource(new ResourceKey(group, read.Kind, read.Metadata.NamespaceProperty ?? "", read.Metadata.Name), read, new Origin("files", "cluster.yaml", 1));
    }
}
