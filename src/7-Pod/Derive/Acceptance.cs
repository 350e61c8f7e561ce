using k8s;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// Workloads with something that Kubernetes takes and that can't be run here. One that has it isn't accepted, and all others go on:
/// <list type="number">
/// <item>On a road that runs, it stays in service as it last was accepted, as if this change of it hadn't come.</item>
/// <item>Otherwise it is left out: no pod is made of it, and nobody waits for it.</item>
/// </list>
/// What Kubernetes itself refuses is an error, as it is there. Why: decision 23.
/// </summary>
internal sealed class Acceptance(PodBook book, PodRuntimes runtimes)
{
    private readonly CompileContext context = book.Context;
    private readonly Lazy<HashSet<string>> nodes = new(() => book.Context.State.All<V1Node>().Select(n => n.Key.Name).ToHashSet(StringComparer.Ordinal));
    private readonly HashSet<ResourceKey> leftOut = [];
    private readonly List<Resource> kept = [];
    private readonly List<ResourceKey> keptPods = [];

    /// <summary>What isn't run at all, once the pods are settled: one that was to stay may be gone with its node.</summary>
    public IEnumerable<ResourceKey> LeftOut => leftOut.Concat(keptPods.Where(pod => book.Find(pod) is null));

    /// <summary>What stays as it last was, to be put in the place of what people wrote.</summary>
    public IReadOnlyList<Resource> Kept => kept;

    /// <summary>The workloads of a kind to be run, each as it was accepted.</summary>
    public IEnumerable<Resource<T>> All<T>() where T : class, IKubernetesObject<V1ObjectMeta> => context.State.All<T>().Select(Accepted).OfType<Resource<T>>();

    private Resource<T>? Accepted<T>(Resource<T> written) where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var found = Unsupported(written.Value);
        if (found.Count == 0) return written;
        var last = book.Previous.Find<T>(written.Key.Namespace, written.Key.Name) is { Origin: var origin } had && origin != Origin.Derived && Unsupported(had.Value).Count == 0 ? had : null;
        var what = last is null ? "is left out" : "stays in service as it last was";
        foreach (var (field, message) in found) context.Refuse(written, field, $"{message}. The {written.Key.Kind} isn't accepted, and {what}");
        if (last is null)
        {
            leftOut.Add(written.Key);
            Check(written);
            return null;
        }

        // What the controllers keep a copy of is theirs to give back.
        if (written.Value is V1Pod) keptPods.Add(written.Key);
        if (written.Value is V1Pod or V1Job or V1CronJob) return last with { Value = WrittenOf(last.Value) };
        kept.Add(new Resource(last.Key, last.Value, last.Origin) { Generation = last.Generation, Since = last.Since });
        return last;
    }

    // What else is wrong with it is told at once.
    private void Check<T>(Resource<T> written) where T : class
    {
        var template = written.Value switch
        {
            V1Deployment deployment when WorkloadChecks.Valid(new Resource<V1Deployment>(written.Key, deployment, written.Origin), context.Errors) => deployment.Spec.Template,
            V1ReplicaSet set when WorkloadChecks.Valid(new Resource<V1ReplicaSet>(written.Key, set, written.Origin), context.Errors) => set.Spec.Template,
            V1ReplicationController set when WorkloadChecks.Valid(new Resource<V1ReplicationController>(written.Key, set, written.Origin), context.Errors) => set.Spec.Template,
            V1StatefulSet set when SetChecks.Valid(new Resource<V1StatefulSet>(written.Key, set, written.Origin), context.Errors) => set.Spec.Template,
            V1DaemonSet set when SetChecks.Valid(new Resource<V1DaemonSet>(written.Key, set, written.Origin), context.Errors) => set.Spec.Template,
            V1Job job when JobChecks.Valid(written.Key, written.Origin, "spec", job.Spec, context.Errors) => job.Spec.Template,
            V1CronJob cron when CronJobController.Valid(new Resource<V1CronJob>(written.Key, cron, written.Origin), context.Errors) => cron.Spec.JobTemplate.Spec.Template,
            _ => null,
        };
        if (written.Value is V1Pod pod) book.Announce(new Resource<V1Pod>(written.Key, pod, written.Origin));
        else if (template is not null) book.Announce(written.Key, ReplicaSets.Owner(written.Key), template);
    }

    // Copies are known by what they were made of.
    private static T WrittenOf<T>(T value) where T : class => (value switch
    {
        V1Pod pod => PodBook.SourceOf(pod) as T,
        V1Job job => Jobs.SourceOf(job) as T,
        V1CronJob cron => CronJobController.SourceOf(cron) as T,
        _ => null,
    }) ?? value;

    private IReadOnlyList<(string Field, string Message)> Unsupported(object workload)
    {
        var (path, spec, job) = workload switch
        {
            V1Pod pod => ("spec", pod.Spec, null),
            V1Deployment deployment => Template(deployment.Spec?.Template),
            V1ReplicaSet set => Template(set.Spec?.Template),
            V1ReplicationController controller => Template(controller.Spec?.Template),
            V1StatefulSet set => Template(set.Spec?.Template),
            V1DaemonSet set => Template(set.Spec?.Template),
            V1Job { Spec: var found } => ("spec.template.spec", found?.Template?.Spec, found),
            V1CronJob { Spec.JobTemplate.Spec: var found } => ("spec.jobTemplate.spec.template.spec", found?.Template?.Spec, found),
            _ => ("", null, null),
        };
        if (spec is null) return [];
        IEnumerable<(string, string)> jobs = job is null ? [] : JobChecks.Unsupported(job).Select(f => ($"{path[..^".template.spec".Length]}.{f.Field}", f.Message));
        return [.. jobs, .. Nowhere(workload, spec).Concat(Unsupported(spec)).Select(f => ($"{path}.{f.Field}", f.Message))];

        static (string, V1PodSpec?, V1JobSpec?) Template(V1PodTemplateSpec? template) => ("spec.template.spec", template?.Spec, null);
    }

    // Such a pod is never run, and a cluster's garbage collector deletes it.
    private IEnumerable<UnsupportedField> Nowhere(object workload, V1PodSpec spec)
    {
        if (string.IsNullOrEmpty(spec.NodeName) || nodes.Value.Contains(spec.NodeName) || (workload is V1Pod pod && PodBook.IsDumped(pod))) return [];
        return [new UnsupportedField("nodeName", $"there is no Node \"{spec.NodeName}\"")];
    }

    private IEnumerable<UnsupportedField> Unsupported(V1PodSpec spec)
    {
        var found = UnsupportedFields.Of(spec);
        var programs = found.Any(f => f.OnlyForPrograms) && runtimes.RunsPrograms(spec, context.State);
        return found.Where(f => !f.OnlyForPrograms || (programs && (f.Container is null || runtimes.Of(f.Container, context.State) == PodRuntime.Process)))
            .Concat(runtimes.BuiltIn(spec) is null ? BoundPorts.Clashes(spec, context.Addresses) : []);
    }
}
