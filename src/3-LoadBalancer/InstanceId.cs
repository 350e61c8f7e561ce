using k8s.Models;

namespace Usher.LoadBalancer;

/// <summary>The EC2 instance that a node is.</summary>
internal static class InstanceId
{
    /// <summary>The end of the node's provider id, <c>aws:///ZONE/i-…</c>; null for a node without one, and for one of another provider.</summary>
    internal static string? Of(V1Node node) => node.Spec?.ProviderID is { } id && id.StartsWith("aws:", StringComparison.Ordinal) ? id[(id.LastIndexOf('/') + 1)..] : null;
}
