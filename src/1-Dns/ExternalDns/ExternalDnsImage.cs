using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>Containers that run external-dns, which Usher stands for: <c>registry.k8s.io/external-dns/external-dns</c> and its copies (<c>bitnami/external-dns</c>).</summary>
internal static class ExternalDnsImage
{
    /// <summary>What reads annotations of external-dns, as people write it.</summary>
    internal const string Standard = "registry.k8s.io/external-dns/external-dns";

    /// <summary>Whether a container is one.</summary>
    internal static bool Is(V1Container container) => ContainerWords.Repository(container) is var path && path[(path.LastIndexOf('/') + 1)..] == "external-dns";

    /// <summary>The container of a pod, or null.</summary>
    internal static V1Container? In(V1Pod pod) => pod.Spec?.Containers?.FirstOrDefault(Is);
}
