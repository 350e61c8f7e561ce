using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>What the compiler has to know of the derived pods besides the pods themselves.</summary>
/// <param name="Settled">
/// Pods that go on as they were compiled: those that terminate, that have ended, or that an older template made. What people have changed since,
/// an image's command or a Secret, isn't theirs.
/// </param>
/// <param name="Templates">Templates without a pod yet, each as the pod that it would make; compiled for their errors alone.</param>
/// <param name="LeftOut">Workloads and pods that aren't accepted and aren't run.</param>
internal sealed record PodCarryOver(ImmutableHashSet<ResourceKey> Settled, ImmutableArray<Resource<V1Pod>> Templates, ImmutableHashSet<ResourceKey> LeftOut)
{
    public static ResourceKey Key { get; } = new("usher", "PodCarryOver", "", "pods");

    public static PodCarryOver None { get; } = new([], [], []);

    /// <summary>The note of a state; <see cref="None"/> without one.</summary>
    public static PodCarryOver Of(DesiredState state) => state.Find(Key)?.Value as PodCarryOver ?? None;

    /// <summary>The note as an object: the previous one when it says the same; null when there is nothing to note.</summary>
    public static Resource? Of(IEnumerable<ResourceKey> settled, IReadOnlyList<Resource<V1Pod>> templates, IEnumerable<ResourceKey> leftOut, DesiredState previous)
    {
        var next = new PodCarryOver([.. settled], [.. templates], [.. leftOut]);
        if (next.Settled.IsEmpty && next.Templates.IsEmpty && next.LeftOut.IsEmpty) return null;
        var before = Of(previous);
        var same = before.Settled.SetEquals(next.Settled) && before.LeftOut.SetEquals(next.LeftOut) && before.Templates.Select(t => (t.Key, t.Value.Spec)).SequenceEqual(next.Templates.Select(t => (t.Key, t.Value.Spec)));
        return new Resource(Key, same ? before : next, Origin.Derived);
    }
}
