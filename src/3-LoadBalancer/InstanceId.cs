using k8s.Models;

namespace Usher.LoadBalancer;

/// <summary>The EC2 instance that a node is.</summary>
internal static class InstanceId
{
    /// <summary>The end of the node's provider id, <c>aws:///ZONE/i-…</c>; null for a node without one.</summary>
    internal static string? Of(V1Node node) => node.Spec?.ProviderID is { Length: > 0 } id ? id[(id.LastIndexOf('/') + 1)..] : null;
}
