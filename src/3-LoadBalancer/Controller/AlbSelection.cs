using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// The Ingresses of the AWS Load Balancer Controller, in order. It remembers those of the last state that it was asked for, so that of another one only what differs is looked at; what
/// it says depends on the state alone.
/// </summary>
internal sealed class AlbSelection
{
    private volatile Selected? last;

    /// <summary>Those of a state.</summary>
    internal IReadOnlyList<Resource<V1Ingress>> Of(DesiredState state)
    {
        var (classes, before) = (new AlbClasses(state), last);
        var own = before is not null && ReferenceEquals(before.State.List<V1IngressClass>(), state.List<V1IngressClass>()) ? Next(before, state, classes) : [.. state.All<V1Ingress>().Where(classes.Has)];
        last = new Selected(state, own);
        return own;
    }

    private static IReadOnlyList<Resource<V1Ingress>> Next(Selected before, DesiredState state, AlbClasses classes)
    {
        var (gone, come) = state.Since<V1Ingress>(before.State);
        var left = gone.Where(classes.Has).ToHashSet<Resource<V1Ingress>>(ReferenceEqualityComparer.Instance);
        var more = come.Where(classes.Has).ToList();
        if (left.Count == 0 && more.Count == 0) return before.Own;
        return [.. before.Own.Where(i => !left.Contains(i)).Concat(more).OrderBy(i => i.Key.Namespace, StringComparer.Ordinal).ThenBy(i => i.Key.Name, StringComparer.Ordinal)];
    }

    private sealed record Selected(DesiredState State, IReadOnlyList<Resource<V1Ingress>> Own);
}
