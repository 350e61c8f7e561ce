using System.Collections.Frozen;
using System.Collections.Immutable;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>A worker node.</summary>
/// <param name="Key">The node.</param>
/// <param name="InstanceId">Its EC2 instance (<c>i-0a1b2c3d4e5f60001</c>); null for a node without <c>spec.providerID</c>.</param>
/// <param name="Zone">Its availability zone; null when nothing says it.</param>
/// <param name="Address">Its InternalIP, and the address that stands for it here.</param>
internal sealed record NodeEntry(ResourceKey Key, string? InstanceId, string? Zone, RoadAddress Address)
{
    /// <summary>True when nobody wrote it: one of the default nodes.</summary>
    public bool Derived { get; init; }

    /// <summary>Whether it is cordoned (<c>spec.unschedulable</c>): it takes no new pods, and carries connections as before.</summary>
    public bool Unschedulable { get; init; }
}

/// <summary>The worker nodes, compiled. Immutable.</summary>
/// <param name="Nodes">Ordered by name.</param>
internal sealed record NodeSnapshot(ImmutableArray<NodeEntry> Nodes)
{
    private readonly FrozenDictionary<ResourceKey, NodeEntry> byKey = Nodes.ToFrozenDictionary(n => n.Key);

    /// <summary>Before the first generation.</summary>
    public static NodeSnapshot Empty { get; } = new([]);

    /// <summary>A node, or null.</summary>
    public NodeEntry? Find(ResourceKey key) => byKey.GetValueOrDefault(key);
}
