using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// One step of a rolling update, as the Deployment controller takes it; pure but for the sets it scales. Replicas are counted as the sets want
/// them: pods that terminate don't count any more.
/// <list type="number">
/// <item>Scale the new set up as far as the surge allows. If that changes anything, that is the step.</item>
/// <item>Scale old sets down: first pods that aren't available anyway, then as many as the available ones allow.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment"/>
internal static class RollingUpdate
{
    /// <summary>How many pods the new set is to have (<c>NewRSNewReplicas</c>).</summary>
    public static int NewReplicas(V1DeploymentSpec spec, int inAll, int inNew)
    {
        var wanted = spec.Replicas ?? 1;
        if (spec.Strategy?.Type == "Recreate") return wanted;
        var most = wanted + Fencepost.Of(spec).Surge;
        return inAll >= most ? inNew : inNew + Math.Min(most - inAll, wanted - inNew);
    }

    /// <summary>Takes a step.</summary>
    /// <returns>Whether anything was scaled.</returns>
    public static bool Step(V1DeploymentSpec spec, ReplicaSetEntry newest, IReadOnlyList<ReplicaSetEntry> old)
    {
        var wanted = spec.Replicas ?? 1;
        var fence = Fencepost.Of(spec);

        // 1. Up; or down, when fewer are wanted.
        var inAll = newest.Replicas + old.Sum(s => s.Replicas);
        var up = newest.Replicas > wanted ? wanted : NewReplicas(spec, inAll, newest.Replicas);
        if (up != newest.Replicas)
        {
            newest.Scale(up, wanted, wanted + fence.Surge);
            return true;
        }

        // 2. Down.
        if (old.Sum(s => s.Replicas) == 0) return false;
        var least = wanted - fence.Unavailable;
        var spare = inAll - least - (newest.Replicas - newest.Available);
        if (spare <= 0) return false;
        var scaled = 0;
        foreach (var set in old)
        {
            var unhealthy = Math.Min(spare - scaled, Math.Max(0, set.Replicas - set.Available));
            if (unhealthy <= 0) continue;
            Down(set, unhealthy);
            scaled += unhealthy;
        }

        var available = newest.Available + old.Sum(s => s.Available) - least;
        foreach (var set in old)
        {
            var healthy = Math.Min(available, set.Replicas);
            if (healthy <= 0) continue;
            Down(set, healthy);
            scaled += healthy;
            available -= healthy;
        }

        return scaled > 0;

        void Down(ReplicaSetEntry set, int by) => set.Scale(set.Replicas - by, wanted, wanted + fence.Surge);
    }
}
