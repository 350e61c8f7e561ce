using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Scales a Deployment whose <c>replicas</c> changed: the one active set, or, in the middle of a rollout, every set in proportion to its size
/// (Kubernetes, Deployment, "Proportional scaling").
/// </summary>
internal static class Scaling
{
    /// <summary>Whether <c>replicas</c> changed since a set was last scaled.</summary>
    public static bool IsDue(V1DeploymentSpec spec, IEnumerable<ReplicaSetEntry> sets) =>
        sets.Any(s => s.Replicas > 0 && s.DesiredReplicas is { } desired && desired != (spec.Replicas ?? 1));

    /// <summary>Scales.</summary>
    /// <param name="spec">The Deployment.</param>
    /// <param name="newest">The set of its template; null while it is paused without one.</param>
    /// <param name="old">The others, the oldest first.</param>
    public static void Scale(V1DeploymentSpec spec, ReplicaSetEntry? newest, IReadOnlyList<ReplicaSetEntry> old)
    {
        var wanted = spec.Replicas ?? 1;
        var most = wanted + Fencepost.Of(spec).Surge;
        var active = old.Concat(newest is null ? [] : [newest]).Where(s => s.Replicas > 0).ToList();

        // One set alone, or none: all of it.
        if (active.Count <= 1)
        {
            var only = active.Count == 1 ? active[0] : newest ?? (old.Count > 0 ? old[^1] : null);
            only?.Scale(wanted, wanted, most);
            return;
        }

        // The new one is complete: the old ones are over.
        if (newest is not null && newest.DesiredReplicas == wanted && newest.Replicas == wanted && newest.Available == wanted)
        {
            foreach (var set in active.Where(s => s != newest)) set.Scale(0, wanted, most);
            return;
        }

        if (spec.Strategy?.Type != "Recreate") InProportion(active, wanted, wanted > 0 ? most : 0, most);
    }

    private static void InProportion(List<ReplicaSetEntry> active, int wanted, int allowed, int most)
    {
        var toAdd = allowed - active.Sum(s => s.Replicas);
        // The largest first; of equals the newer one when growing, the older one when shrinking.
        var sets = (toAdd > 0
            ? active.OrderByDescending(s => s.Replicas).ThenByDescending(s => s.Revision)
            : active.OrderByDescending(s => s.Replicas).ThenBy(s => s.Revision)).ToList();
        var added = 0;
        var sizes = sets.ConvertAll(set =>
        {
            if (toAdd == 0 || toAdd == added) return set.Replicas;
            var fraction = Fraction(set, wanted, most);
            var part = toAdd > 0 ? Math.Min(fraction, toAdd - added) : Math.Max(fraction, toAdd - added);
            added += part;
            return set.Replicas + part;
        });
        if (toAdd != 0) sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < sets.Count; i++) sets[i].Scale(sizes[i], wanted, most);
    }

    private static int Fraction(ReplicaSetEntry set, int wanted, int most) => wanted == 0
        ? -set.Replicas
        : (int)Math.Round(set.Replicas * (double)most / (set.MaxReplicas is { } before and > 0 ? before : most), MidpointRounding.AwayFromZero) - set.Replicas;
}
