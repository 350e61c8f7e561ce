using System.Globalization;
using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// A dump of a cluster has, beside what people wrote, what controllers made of it: a Deployment's ReplicaSets and their pods. Written into another cluster, each names by its uid an owner that isn't there,
/// so that the garbage collector deletes it, and the owner, which is another object there, makes anew what it needs. So such objects are left out.
/// <list type="number">
/// <item>An object whose controller (<c>metadata.ownerReferences</c>) is of a kind that makes such objects.</item>
/// <item>The one at the beginning: a pod's ReplicaSet is a Deployment's. It is told of once.</item>
/// <item>Where that isn't among the objects nothing makes them anew: they aren't accepted.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents"/>
internal static class OwnedObjects
{
    private const string Field = "metadata.ownerReferences";
    private const string HashLabel = "pod-template-hash";

    // Asked at every step of the controllers.
    private static readonly ConditionalWeakTable<DesiredState, Found> Known = [];

    /// <summary>The state without them.</summary>
    /// <param name="desired">What people wrote.</param>
    /// <param name="warnings">Takes what is left out, an owner a line.</param>
    internal static DesiredState LeftOut(DesiredState desired, ErrorList warnings)
    {
        var found = Known.GetValue(desired, Find);
        foreach (var warning in found.Warnings) warnings.Add(warning);
        return found.State;
    }

    private static Found Find(DesiredState desired)
    {
        var owned = Of<V1ReplicaSet>(desired).Concat(Of<V1Pod>(desired)).Concat(Of<V1Job>(desired)).Concat(Of<V1ControllerRevision>(desired)).ToList();
        var warnings = new List<ConfigError>();
        foreach (var made in owned.GroupBy(o => o.Root))
        {
            var (first, others) = (made.First().Object, made.Count() - 1);
            var what = others == 0 ? "is left out" : string.Create(CultureInfo.InvariantCulture, $"is left out, with {others} more object{(others == 1 ? "" : "s")}");
            var why = desired.Find(made.Key) is not null
                ? $"{what}: made by {made.Key}, which makes {(others == 0 ? "it" : "them")} anew"
                : $"{what}: made by {made.Key}, which isn't among the objects, so that a cluster's garbage collector deletes {(others == 0 ? "it" : "them")}. Add it, or take the field away";
            warnings.Add(new ConfigError(first.Origin.File, first.Origin.LineOf(Field), first.Key.ToString(), Field, why) { NotAccepted = desired.Find(made.Key) is null });
        }

        return new Found(desired.With([], owned.Select(o => o.Object.Key)), warnings);
    }

    // 1.
    private static IEnumerable<(Resource Object, ResourceKey Root)> Of<T>(DesiredState desired) where T : class, IKubernetesObject<V1ObjectMeta>
    {
        foreach (var made in desired.List<T>())
        {
            if (Maker(made.Key, made.Value) is { } owner) yield return (new Resource(made.Key, made.Value, made.Origin), Root(owner, made.Value.Metadata, desired));
        }
    }

    private static ResourceKey? Maker(ResourceKey made, IKubernetesObject<V1ObjectMeta> value)
    {
        if (value.Metadata?.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is not { } owner) return null;
        var group = owner.ApiVersion?.Split('/') is [var named, _] ? named : "";
        return (made.Kind, group, owner.Kind) is ("ReplicaSet", "apps", "Deployment") or ("Job", "batch", "CronJob") or ("Pod", "", "ReplicationController") or ("Pod", "batch", "Job")
            or ("Pod", "apps", "ReplicaSet" or "StatefulSet" or "DaemonSet") or ("ControllerRevision", "apps", "StatefulSet" or "DaemonSet")
            ? new ResourceKey(group, owner.Kind, made.Namespace, owner.Name) : null;
    }

    // 2.
    private static ResourceKey Root(ResourceKey owner, V1ObjectMeta made, DesiredState desired)
    {
        if (desired.Find(owner) is { Value: IKubernetesObject<V1ObjectMeta> value }) return Maker(owner, value) is { } further ? Root(further, value.Metadata, desired) : owner;
        // A ReplicaSet that isn't there has its Deployment's name before the hash that its pods have as a label.
        if (owner.Kind != "ReplicaSet" || made.Labels?.TryGetValue(HashLabel, out var hash) != true || !owner.Name.EndsWith($"-{hash}", StringComparison.Ordinal)) return owner;
        var deployment = owner with { Kind = "Deployment", Name = owner.Name[..^(hash!.Length + 1)] };
        return desired.Find(deployment) is null ? owner : deployment;
    }

    private sealed record Found(DesiredState State, IReadOnlyList<ConfigError> Warnings);
}
