using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// The Job controller, a step at a time. Pods that ended stay until the Job goes, and are its memory.
/// <list type="number">
/// <item>Suspended: its pods are deleted, and its time starts anew.</item>
/// <item>Failed: too many failures (<c>backoffLimit</c>), or too long (<c>activeDeadlineSeconds</c>). What still runs is deleted.</item>
/// <item>Complete: as many successes as <c>completions</c>; without that, one, and nothing that still runs.</item>
/// <item>Otherwise: at most <c>parallelism</c> pods at a time; after a failure the next waits 10 s, 20 s, 40 s, … 6 minutes.</item>
/// <item>Ended for <c>ttlSecondsAfterFinished</c>: its pods are deleted. It stays known as ended, as its manifest is still there.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/job/"/>
internal sealed class JobController
{
    private const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostBackOff = TimeSpan.FromMinutes(6);

    private readonly Resource<V1Job> job;
    private readonly V1JobSpec spec;
    private readonly PodBook book;
    private readonly IReadOnlyList<PodEntry> pods;

    private JobController(Resource<V1Job> job, PodBook book)
    {
        this.job = job;
        this.book = book;
        spec = job.Value.Spec;
        pods = [.. book.Of(job.Key)];
    }

    /// <summary>Takes a step.</summary>
    /// <param name="job">The Job with the status that it had.</param>
    /// <param name="book">All pods.</param>
    /// <returns>The Job with its status.</returns>
    public static V1Job Sync(Resource<V1Job> job, PodBook book)
    {
        var after = new JobController(job, book).Sync();
        foreach (var pod in book.Of(job.Key)) book.Settle(pod);
        return after;
    }

    /// <summary>The condition that says how a Job ended, <c>Complete</c> or <c>Failed</c>; null while it hasn't.</summary>
    public static V1JobCondition? Ending(V1Job job) => job.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Complete" or "Failed", Status: "True" });

    /// <summary>How many successes it wants: one unless anything is written, and no number when only <c>parallelism</c> is.</summary>
    public static int? Completions(V1JobSpec spec) => spec.Completions ?? (spec.Parallelism is null ? 1 : null);

    private int Parallelism => spec.Parallelism ?? 1;

    private bool Indexed => spec.CompletionMode == "Indexed";

    private int Limit => spec.BackoffLimit ?? 6;

    private V1Job Sync()
    {
        foreach (var pod in pods) pod.Wanted = true;
        var status = job.Value.Status ?? new V1JobStatus();
        if (Ending(job.Value) is { } ending) return End(ending);

        // 1.
        if (spec.Suspend == true)
        {
            foreach (var pod in pods.Where(p => p.Active).ToList()) book.Delete(pod);
            book.Announce(job.Key, ReplicaSets.Owner(job.Key), spec.Template);
            return With(status with { StartTime = null, Conditions = [Condition("Suspended", "JobSuspended", "Job suspended")] });
        }

        status = status with { StartTime = status.StartTime ?? book.Context.Observed.Timestamp, Conditions = null };

        // 2.
        var succeeded = Succeeded();
        var failed = pods.Where(p => p.Phase == "Failed").ToList();
        if (Failure(status, failed) is { } failure)
        {
            foreach (var pod in pods.Where(p => p.Active).ToList()) book.Delete(pod);
            return With(status with { Conditions = [failure], Succeeded = succeeded, Failed = failed.Count });
        }

        // 3.
        var active = pods.Where(p => p.Active).ToList();
        if (Completions(spec) is { } wanted ? succeeded >= wanted : succeeded > 0 && active.Count == 0)
        {
            foreach (var pod in active) book.Delete(pod);
            return With(status with
            {
                CompletionTime = book.Context.Observed.Timestamp, Succeeded = succeeded, Failed = failed.Count,
                Conditions = [Condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods")],
            });
        }

        // 4.
        Run(active, succeeded, failed);
        return With(status with { Succeeded = succeeded, Failed = failed.Count });
    }

    private V1Job End(V1JobCondition ending)
    {
        foreach (var pod in pods.Where(p => p.Active).ToList()) book.Delete(pod);
        if (spec.TtlSecondsAfterFinished is not { } ttl || ending.LastTransitionTime is not { } at) return job.Value;
        var expires = new DateTimeOffset(at).AddSeconds(ttl);
        if (expires > book.Now) book.Context.Due.Add(expires);
        else foreach (var pod in pods) book.Delete(pod);
        return job.Value;
    }

    private int Succeeded()
    {
        var ended = pods.Where(p => p.Phase == "Succeeded");
        return Indexed ? ended.Select(IndexOf).Where(i => i < (spec.Completions ?? 0)).Distinct().Count() : ended.Count();
    }

    private V1JobCondition? Failure(V1JobStatus status, List<PodEntry> failed)
    {
        // Containers that are started again in their pod count as failures too.
        var restarts = spec.Template.Spec.RestartPolicy == "OnFailure" ? pods.Where(p => p.Active).Sum(p => p.Status?.Restarts ?? 0) : 0;
        if (failed.Count > Limit || (restarts > 0 && restarts >= Limit)) return Condition("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (spec.ActiveDeadlineSeconds is not { } seconds || status.StartTime is not { } start) return null;
        var deadline = new DateTimeOffset(start).AddSeconds(seconds);
        if (book.Now >= deadline) return Condition("Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        book.Context.Due.Add(deadline);
        return null;
    }

    private void Run(List<PodEntry> active, int succeeded, List<PodEntry> failed)
    {
        var most = Completions(spec) is { } wanted ? Math.Min(Parallelism, wanted - succeeded) : succeeded > 0 ? Math.Min(Parallelism, active.Count) : Parallelism;
        foreach (var pod in DeletionOrder.Of(active, active, 0, book.Now).Take(Math.Max(0, active.Count - most)).ToList()) book.Delete(pod);
        if (active.Count >= most) return;
        if (Wait(failed) is { } until && until > book.Now)
        {
            book.Context.Due.Add(until);
            return;
        }

        if (Indexed)
        {
            var taken = pods.Where(p => p.Active || p.Phase == "Succeeded").Select(IndexOf).ToHashSet();
            foreach (var index in Enumerable.Range(0, spec.Completions ?? 0).Where(i => !taken.Contains(i)).Take(most - active.Count)) Create(index);
        }
        else
        {
            for (var missing = most - active.Count; missing > 0; missing--) book.Create(job.Key, ReplicaSets.Owner(job.Key), Template(null));
        }
    }

    // Doubles with every failure since the last success.
    private DateTimeOffset? Wait(List<PodEntry> failed)
    {
        var success = pods.Where(p => p.Phase == "Succeeded").Max(p => p.Status?.EndedAt);
        var since = failed.Where(p => success is null || p.Status?.EndedAt > success).ToList();
        if (since.Count == 0 || since.Max(p => p.Status?.EndedAt) is not { } last) return null;
        var wait = FirstBackOff * Math.Pow(2, Math.Min(since.Count - 1, 10));
        return last + (wait < MostBackOff ? wait : MostBackOff);
    }

    private void Create(int index)
    {
        var owner = new ResourceKey("", "Pod", job.Key.Namespace, string.Create(CultureInfo.InvariantCulture, $"{job.Key.Name}-{index}"));
        book.Create(owner, ReplicaSets.Owner(job.Key), Template(index));
    }

    private V1PodTemplateSpec Template(int? index)
    {
        var template = spec.Template;
        var labels = new Dictionary<string, string>(template.Metadata?.Labels ?? new Dictionary<string, string>())
        {
            ["job-name"] = job.Key.Name, ["batch.kubernetes.io/job-name"] = job.Key.Name,
            ["controller-uid"] = SafeNames.Uid(job.Key), ["batch.kubernetes.io/controller-uid"] = SafeNames.Uid(job.Key),
        };
        var metadata = (template.Metadata ?? new V1ObjectMeta()) with { Labels = labels };
        if (index is not { } number) return template with { Metadata = metadata };
        var text = number.ToString(CultureInfo.InvariantCulture);
        labels[IndexAnnotation] = text;
        return template with
        {
            Metadata = metadata with { Annotations = new Dictionary<string, string>(metadata.Annotations ?? new Dictionary<string, string>()) { [IndexAnnotation] = text } },
            Spec = template.Spec with
            {
                Hostname = string.IsNullOrEmpty(template.Spec.Hostname) ? $"{job.Key.Name}-{text}" : template.Spec.Hostname,
                Containers = [.. template.Spec.Containers.Select(WithIndex)],
                InitContainers = template.Spec.InitContainers is null ? null : [.. template.Spec.InitContainers.Select(WithIndex)],
            },
        };
    }

    private static V1Container WithIndex(V1Container container) => container.Env?.Any(e => e.Name == "JOB_COMPLETION_INDEX") == true
        ? container
        : container with
        {
            Env =
            [
                .. container.Env ?? [],
                new V1EnvVar
                {
                    Name = "JOB_COMPLETION_INDEX",
                    ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = $"metadata.labels['{IndexAnnotation}']" } },
                },
            ],
        };

    private static int IndexOf(PodEntry pod) =>
        pod.Pod.Metadata.Annotations?.TryGetValue(IndexAnnotation, out var text) == true && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue;

    private V1JobCondition Condition(string type, string reason, string message) => new()
    {
        Type = type, Status = "True", Reason = reason, Message = message, LastTransitionTime = book.Context.Observed.Timestamp,
    };

    // The same object while nothing changed.
    private V1Job With(V1JobStatus status) => job.Value.Status is { } had && Same(had, status) ? job.Value : job.Value with { Status = status };

    private static bool Same(V1JobStatus one, V1JobStatus other) =>
        one.StartTime == other.StartTime && one.CompletionTime == other.CompletionTime && one.Succeeded == other.Succeeded && one.Failed == other.Failed
        && (one.Conditions ?? []).Select(c => c.Reason).SequenceEqual((other.Conditions ?? []).Select(c => c.Reason));
}
