using System.Globalization;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>How far a ReplicaSet, ReplicationController, StatefulSet, DaemonSet or Job is, in <c>kubectl rollout status</c>'s words where it has some.</summary>
internal static class SetProgress
{
    public static RolloutStatus Of(Resource<V1StatefulSet> set, DesiredState state, IReadOnlyList<PodEntry> pods, DateTimeOffset now)
    {
        var spec = set.Value.Spec;
        var hash = SafeNames.TemplateHash(spec.Template, state);
        var (wanted, partition) = (spec.Replicas ?? 1, spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0);
        var active = pods.Where(p => p.Active).ToList();
        var updated = active.Count(p => Revisions.HashOf(p) == hash);
        var ready = active.Count(p => p.Ready);
        var available = active.Count(p => p.AvailableAt(spec.MinReadySeconds ?? 0) <= now);
        var least = spec.UpdateStrategy?.Type == "OnDelete" ? 0 : Math.Max(0, wanted + (spec.Ordinals?.Start ?? 0) - Math.Max(partition, spec.Ordinals?.Start ?? 0));
        var done = active.Count == wanted && available == wanted && updated >= least;
        var message = ready < wanted ? string.Create(CultureInfo.InvariantCulture, $"waiting for {wanted - ready} pods to be ready")
            : updated < least ? string.Create(CultureInfo.InvariantCulture, $"{updated} out of {least} new pods have been updated")
            : active.Count > wanted ? string.Create(CultureInfo.InvariantCulture, $"{active.Count - wanted} pods are still to go")
            : !done ? string.Create(CultureInfo.InvariantCulture, $"{available} of {wanted} pods are available")
            : partition > 0 ? string.Create(CultureInfo.InvariantCulture, $"partitioned roll out complete: {updated} new pods have been updated")
            : "rolling update complete";
        return new RolloutStatus(set.Key, done, Failed: false, done ? message : message + GateWait.Of(active), wanted, updated, ready, available);
    }

    public static RolloutStatus Of(Resource<V1DaemonSet> set, DesiredState state, IReadOnlyList<PodEntry> pods, DateTimeOffset now)
    {
        var spec = set.Value.Spec;
        var hash = SafeNames.TemplateHash(spec.Template, state);
        var wanted = DaemonSetController.Wanted(set, state);
        var active = pods.Where(p => p.Active).ToList();
        var updated = active.Count(p => Revisions.HashOf(p) == hash);
        var available = active.Count(p => p.AvailableAt(spec.MinReadySeconds ?? 0) <= now);
        var availableNew = active.Count(p => Revisions.HashOf(p) == hash && p.AvailableAt(spec.MinReadySeconds ?? 0) <= now);
        var onDelete = spec.UpdateStrategy?.Type == "OnDelete";
        var done = active.Count == wanted && (onDelete ? available : availableNew) == wanted;
        var message = done ? "successfully rolled out"
            : updated < wanted && !onDelete ? string.Create(CultureInfo.InvariantCulture, $"{updated} out of {wanted} new pods have been updated")
            : string.Create(CultureInfo.InvariantCulture, $"{availableNew} of {wanted} updated pods are available");
        return new RolloutStatus(set.Key, done, Failed: false, done ? message : message + GateWait.Of(active), wanted, updated, active.Count(p => p.Ready), available);
    }

    /// <summary>
    /// A ReplicaSet that somebody wrote, or a ReplicationController as one, in <c>kubectl describe</c>'s words, as <c>kubectl rollout status</c> has none for
    /// them. Pods of an older template count: nothing replaces them.
    /// </summary>
    public static RolloutStatus Of(Resource<V1ReplicaSet> set, IReadOnlyList<PodEntry> pods, DateTimeOffset now)
    {
        var spec = set.Value.Spec;
        var wanted = spec.Replicas ?? 1;
        var active = pods.Where(p => p.Active).ToList();
        var updated = active.Count(p => TemplateText.IsOf(p.Pod, spec.Template));
        var available = active.Count(p => p.AvailableAt(spec.MinReadySeconds ?? 0) <= now);
        var older = updated == active.Count ? "" : string.Create(CultureInfo.InvariantCulture, $", {active.Count - updated} of an older template, which stay until they are deleted");
        var message = string.Create(CultureInfo.InvariantCulture, $"{active.Count} current / {wanted} desired{older}{GateWait.Of(active)}");
        return new RolloutStatus(set.Key, active.Count == wanted && available == wanted, Failed: false, message, wanted, updated, active.Count(p => p.Ready), available);
    }

    public static RolloutStatus Of(Resource<V1Job> job, IReadOnlyList<PodEntry> pods)
    {
        var ending = JobController.Ending(job.Value);
        var wanted = JobController.Completions(job.Value.Spec) ?? job.Value.Spec.Parallelism ?? 1;
        var status = job.Value.Status;
        var active = pods.Where(p => p.Active).ToList();
        var message = ending is { Type: "Complete" } ? "complete"
            : ending is not null ? $"failed: {ending.Reason}: {ending.Message}"
            : job.Value.Spec.Suspend == true ? "suspended"
            : string.Create(CultureInfo.InvariantCulture, $"{status?.Succeeded ?? 0} of {wanted} completions, {active.Count} active, {status?.Failed ?? 0} failed");
        return new RolloutStatus(
            job.Key, ending is { Type: "Complete" } || job.Value.Spec.Suspend == true, ending is { Type: "Failed" }, message, wanted, active.Count + (status?.Succeeded ?? 0), active.Count(p => p.Ready), status?.Succeeded ?? 0);
    }
}
