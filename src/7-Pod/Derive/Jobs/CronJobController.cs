using System.Globalization;
using System.Runtime.CompilerServices;
using Cronos;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// The CronJob controller: a Job for the latest time that has come, unless the policy or the deadline forbids it. Times that were missed are not made up
/// for. Jobs that ended beyond the history limits are deleted, the oldest first.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"/>
internal static class CronJobController
{
    // Which written object a copy with a status was made of.
    private static readonly ConditionalWeakTable<V1CronJob, V1CronJob> Sources = [];

    /// <summary>Takes a step.</summary>
    /// <param name="written">The CronJob.</param>
    /// <param name="book">All pods.</param>
    /// <param name="jobs">Takes its Jobs, as they are before their own step.</param>
    /// <returns>The CronJob with its status; null after an error.</returns>
    public static Resource? Sync(Resource<V1CronJob> written, PodBook book, List<Resource<V1Job>> jobs)
    {
        if (!Checked(written, book.Context.Errors, out var schedule, out var zone)) return null;
        var spec = written.Value.Spec;
        var cron = Before(written, book);
        var mine = book.Previous.All<V1Job>()
            .Where(j => Owns(written.Key, j))
            .OrderBy(j => j.Value.Metadata.CreationTimestamp).ThenBy(j => j.Key.Name, StringComparer.Ordinal).ToList();
        mine.RemoveAll(j => spec.JobTemplate.Spec.TtlSecondsAfterFinished is { } ttl && JobController.Ending(j.Value)?.LastTransitionTime is { } at && new DateTimeOffset(at).AddSeconds(ttl) <= book.Now);
        Prune(mine, "Complete", spec.SuccessfulJobsHistoryLimit ?? 3);
        Prune(mine, "Failed", spec.FailedJobsHistoryLimit ?? 1);

        var last = cron.Status?.LastScheduleTime ?? cron.Metadata.CreationTimestamp;
        if (spec.Suspend != true && last is { } since && book.Context.Observed != Observed.Nothing)
        {
            if (Latest(schedule, zone, since, book.Now) is { } time && InTime(spec, time, book.Now) && Allowed(spec, mine))
            {
                mine.Add(Job(written, time, book.Context.Observed.Timestamp));
                cron = cron with { Status = new V1CronJobStatus { LastScheduleTime = time.UtcDateTime } };
            }

            if (schedule.GetNextOccurrence(book.Now, zone) is { } next) book.Context.Due.Add(next);
        }

        book.Announce(written.Key, ReplicaSets.Owner(written.Key), spec.JobTemplate.Spec.Template);
        jobs.AddRange(mine);
        Sources.AddOrUpdate(cron, written.Value);
        return new Resource(written.Key, cron, written.Origin);
    }

    /// <summary>What somebody wrote, of a copy with a status; null for one that is no copy.</summary>
    public static V1CronJob? SourceOf(V1CronJob cron) => Sources.TryGetValue(cron, out var source) ? source : null;

    /// <summary>Whether a CronJob made a Job.</summary>
    public static bool Owns(ResourceKey cron, Resource<V1Job> job) => job.Origin == Origin.Derived
        && job.Key.Namespace == cron.Namespace && job.Value.Metadata.OwnerReferences?.Any(o => o.Kind == "CronJob" && o.Name == cron.Name) == true;

    /// <summary>The next time of a schedule that was checked; null when none comes.</summary>
    public static DateTimeOffset? Next(V1CronJobSpec spec, DateTimeOffset now) =>
        CronExpression.Parse(spec.Schedule).GetNextOccurrence(now, spec.TimeZone is { Length: > 0 } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc);

    /// <summary>Whether a CronJob can be carried out.</summary>
    public static bool Valid(Resource<V1CronJob> cron, ErrorList errors) => Checked(cron, errors, out _, out _);

    private static bool Checked(Resource<V1CronJob> cron, ErrorList errors, out CronExpression schedule, out TimeZoneInfo zone)
    {
        schedule = CronExpression.Hourly;
        zone = TimeZoneInfo.Utc;
        var spec = cron.Value.Spec;
        var before = errors.All.Count;
        if (string.IsNullOrEmpty(spec?.Schedule)) errors.Add(cron, "spec.schedule", "Required value");
        else if (!CronExpression.TryParse(spec.Schedule, out var parsed)) errors.Add(cron, "spec.schedule", $"Invalid value: \"{spec.Schedule}\": is no schedule: write minute, hour, day of month, month and day of week, or @hourly and the like");
        else schedule = parsed;
        if (spec?.TimeZone is { Length: > 0 } name)
        {
            if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)) zone = found;
            else errors.Add(cron, "spec.timeZone", $"Invalid value: \"{name}\": unknown time zone {name}");
        }

        if (spec?.ConcurrencyPolicy is { Length: > 0 } policy && policy is not ("Allow" or "Forbid" or "Replace"))
        {
            errors.Add(cron, "spec.concurrencyPolicy", $"Unsupported value: \"{policy}\": supported values: \"Allow\", \"Forbid\", \"Replace\"");
        }

        JobChecks.Valid(cron.Key, cron.Origin, "spec.jobTemplate.spec", spec?.JobTemplate?.Spec, errors);
        return errors.All.Count == before;
    }

    private static V1CronJob Before(Resource<V1CronJob> written, PodBook book)
    {
        var had = book.Previous.Find(written.Key)?.Value as V1CronJob;
        if (had is not null && Sources.TryGetValue(had, out var source) && ReferenceEquals(source, written.Value)) return had;
        return written.Value with
        {
            Metadata = written.Value.Metadata with { CreationTimestamp = had?.Metadata.CreationTimestamp ?? book.Context.Observed.Timestamp },
            Status = had?.Status,
        };
    }

    // The latest time after the last one that has come.
    private static DateTimeOffset? Latest(CronExpression schedule, TimeZoneInfo zone, DateTime since, DateTimeOffset now)
    {
        DateTimeOffset? latest = null;
        var from = new DateTimeOffset(since);
        // A long sleep of the machine leaves many behind; only the last counts.
        if (now - from > TimeSpan.FromDays(2)) from = schedule.GetNextOccurrence(now - TimeSpan.FromDays(2), zone) is { } near && near <= now ? near.AddSeconds(-1) : from;
        for (var next = schedule.GetNextOccurrence(from, zone); next <= now; next = schedule.GetNextOccurrence(next.Value, zone)) latest = next;
        return latest;
    }

    private static bool InTime(V1CronJobSpec spec, DateTimeOffset time, DateTimeOffset now) =>
        spec.StartingDeadlineSeconds is not { } seconds || now - time <= TimeSpan.FromSeconds(seconds);

    private static bool Allowed(V1CronJobSpec spec, List<Resource<V1Job>> jobs)
    {
        var running = jobs.Where(j => JobController.Ending(j.Value) is null).ToList();
        if (spec.ConcurrencyPolicy == "Forbid" && running.Count > 0) return false;
        if (spec.ConcurrencyPolicy == "Replace") jobs.RemoveAll(running.Contains);
        return true;
    }

    private static void Prune(List<Resource<V1Job>> jobs, string ending, int limit)
    {
        var ended = jobs.Where(j => JobController.Ending(j.Value)?.Type == ending).ToList();
        foreach (var old in ended.Take(ended.Count - limit)) jobs.Remove(old);
    }

    private static Resource<V1Job> Job(Resource<V1CronJob> cron, DateTimeOffset time, DateTime? now)
    {
        var template = cron.Value.Spec.JobTemplate;
        var name = string.Create(CultureInfo.InvariantCulture, $"{cron.Key.Name}-{time.ToUnixTimeSeconds() / 60}");
        var key = new ResourceKey("batch", "Job", cron.Key.Namespace, name);
        return new Resource<V1Job>(key, new V1Job
        {
            ApiVersion = "batch/v1",
            Kind = "Job",
            Metadata = ReplicaSets.Made(key, ReplicaSets.Owner(cron.Key), now) with { Labels = template.Metadata?.Labels, Annotations = template.Metadata?.Annotations },
            Spec = template.Spec,
        }, Origin.Derived);
    }
}
