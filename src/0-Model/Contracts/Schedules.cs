using Usher.Model.Desired;

namespace Usher.Model.Contracts;

/// <summary>How a CronJob is, as <c>kubectl get cronjob</c> tells it, and when its next Job is due.</summary>
/// <param name="Key">The CronJob.</param>
/// <param name="Schedule">As written.</param>
/// <param name="TimeZone">The zone that the schedule is read in, as written; null for UTC.</param>
/// <param name="Suspended">Whether it makes no Jobs now.</param>
/// <param name="Active">The names of its Jobs that have not ended.</param>
/// <param name="LastSchedule">The time of the last Job that it made; null before the first.</param>
/// <param name="Next">The next time of its schedule; null when it is suspended, or never comes.</param>
public sealed record ScheduleStatus(
    ResourceKey Key, string Schedule, string? TimeZone, bool Suspended, IReadOnlyList<string> Active, DateTimeOffset? LastSchedule, DateTimeOffset? Next);

/// <summary>Tells how CronJobs are; answered by the pods' hop.</summary>
public interface ISchedules
{
    /// <summary>Every CronJob of the running generation now, by namespace and name.</summary>
    IReadOnlyList<ScheduleStatus> Current { get; }
}
