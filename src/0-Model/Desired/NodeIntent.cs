namespace Usher.Model.Desired;

/// <summary>
/// What was asked of a node on the running road, and what the control plane knows of it: kept beside the manifests, so that a reload of those keeps it.
/// The nodes' reconciler puts it into the Node as Kubernetes does (<c>spec.unschedulable</c>, taints, the Ready condition).
/// </summary>
/// <param name="Node">The node's name.</param>
/// <param name="Unschedulable">Cordoned or uncordoned; null for what the manifests say.</param>
/// <param name="DrainedSince">Since when its pods are to be evicted; null when they aren't.</param>
/// <param name="NotReadySince">Since when its Ready condition is Unknown; null when it isn't.</param>
public sealed record NodeIntent(string Node, bool? Unschedulable, DateTimeOffset? DrainedSince, DateTimeOffset? NotReadySince)
{
    /// <summary>The annotation of a Node whose pods are to be evicted; its value is since when (RFC 3339).</summary>
    public const string DrainAnnotation = "usher/drained-since";

    /// <summary>The taint of a node that isn't reachable; pods are evicted when their toleration of it ends.</summary>
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";

    /// <summary>The doorway that these objects belong to.</summary>
    public const string Doorway = "nodes";

    /// <summary>The identity of what was asked of a node.</summary>
    public static ResourceKey KeyOf(string node) => new("usher", "NodeIntent", "", node);
}
