using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// How far a Deployment is, in <c>kubectl rollout status</c>'s words. It doesn't get on once nothing became of its pods for
/// <c>progressDeadlineSeconds</c> (600): none was made, deleted, ready or available. A rollout that was complete stays so, whatever becomes of its pods
/// (<c>DeploymentTimedOut</c> in <c>pkg/controller/deployment/util</c>).
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status"/>
internal static class DeploymentProgress
{
    /// <summary>The deadline when none is written.</summary>
    private const int DefaultDeadline = 600;

    public static RolloutStatus Of(
        Resource<V1Deployment> deployment, DesiredState state, ILookup<(string Kind, string Namespace, string Name), PodEntry> pods, DateTimeOffset now)
    {
        var spec = deployment.Value.Spec;
        var newest = DeploymentController.KeyOf(deployment.Key, SafeNames.TemplateHash(spec.Template, state));
        var sets = state.All<V1ReplicaSet>().Where(s => s.Key.Namespace == deployment.Key.Namespace
            && s.Value.Metadata.OwnerReferences?.Any(o => o.Kind == "Deployment" && o.Name == deployment.Key.Name) == true).ToList();
        var all = sets.SelectMany(s => pods[("ReplicaSet", s.Key.Namespace, s.Key.Name)]).ToList();
        var active = all.Where(p => p.Active).ToList();
        var updated = active.Count(p => p.Controller!.Name == newest.Name);
        var minReady = spec.MinReadySeconds ?? 0;
        var available = active.Count(p => p.AvailableAt(minReady) <= now);
        var availableNew = active.Count(p => p.Controller!.Name == newest.Name && p.AvailableAt(minReady) <= now);
        var wanted = spec.Replicas ?? 1;
        var done = updated == wanted && active.Count == wanted && availableNew == wanted && sets.TrueForAll(s => s.Key == newest || s.Value.Spec.Replicas == 0);
        // A paused one waits for nobody but its author.
        if (spec.Paused == true) done = true;
        var complete = sets.TrueForAll(s => s.Key == newest || s.Value.Spec.Replicas == 0)
            && active.Count(p => p.Controller!.Name == newest.Name && p.Status?.HasBeenReady == true) >= wanted;
        var failed = !done && !complete && Progressed(sets, all, minReady, now) is { } at && now >= at.AddSeconds(spec.ProgressDeadlineSeconds ?? DefaultDeadline);
        return new RolloutStatus(deployment.Key, done, failed, Message(), wanted, updated, active.Count(p => p.Ready), available);

        string Message()
        {
            if (spec.Paused == true) return $"paused, {updated} out of {wanted} new replicas have been updated";
            if (done) return "successfully rolled out";
            if (failed) return $"exceeded its progress deadline: {Stuck(active.Where(p => p.Controller!.Name == newest.Name))}";
            return Words() + GateWait.Of(active);
        }

        string Words()
        {
            if (updated < wanted) return $"{updated} out of {wanted} new replicas have been updated";
            return active.Count > updated
                ? $"{active.Count - updated} old replicas are pending termination"
                : $"{availableNew} of {updated} updated replicas are available";
        }
    }

    // What happened last to any of its pods.
    private static DateTimeOffset? Progressed(List<Resource<V1ReplicaSet>> sets, List<PodEntry> pods, int minReady, DateTimeOffset now)
    {
        var times = sets.Select(s => (DateTimeOffset?)s.Value.Metadata.CreationTimestamp)
            .Concat(pods.Select(p => (DateTimeOffset?)p.Pod.Metadata.CreationTimestamp))
            .Concat(pods.Where(p => p.Terminating).Select(p => (DateTimeOffset?)p.Pod.Metadata.DeletionTimestamp?.AddSeconds(-Pods.Grace(p.Pod))))
            .Concat(pods.Select(p => p.Status?.ReadySince))
            .Concat(pods.Select(p => p.AvailableAt(minReady) is { } at && at > DateTimeOffset.MinValue && at <= now ? at : (DateTimeOffset?)null))
            .OfType<DateTimeOffset>().ToList();
        return times.Count == 0 ? null : times.Max();
    }

    private static string Stuck(IEnumerable<PodEntry> pods) =>
        pods.FirstOrDefault(p => !p.Ready) is { } pod ? $"pod {pod.Key.Name}: {pod.Status?.Message ?? pod.Phase}" : "its pods aren't available yet";
}
