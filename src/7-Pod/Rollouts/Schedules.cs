using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>How the running generation's CronJobs are.</summary>
internal sealed class Schedules(IGenerationSource generations, TimeProvider time) : ISchedules
{
    /// <inheritdoc/>
    public IReadOnlyList<ScheduleStatus> Current => Of(generations.Current.State, time.GetUtcNow());

    /// <summary>The statuses of a state; pure.</summary>
    public static IReadOnlyList<ScheduleStatus> Of(DesiredState state, DateTimeOffset now)
    {
        var leftOut = PodCarryOver.Of(state).LeftOut;
        var jobs = state.All<V1Job>().Where(j => JobController.Ending(j.Value) is null).ToList();
        return
        [
            .. state.All<V1CronJob>().Where(c => !leftOut.Contains(c.Key)).OrderBy(c => c.Key.Namespace, StringComparer.Ordinal).ThenBy(c => c.Key.Name, StringComparer.Ordinal).Select(cron => new ScheduleStatus(
                cron.Key,
                cron.Value.Spec.Schedule,
                string.IsNullOrEmpty(cron.Value.Spec.TimeZone) ? null : cron.Value.Spec.TimeZone,
                cron.Value.Spec.Suspend == true,
                [.. jobs.Where(j => CronJobController.Owns(cron.Key, j)).Select(j => j.Key.Name).Order(StringComparer.Ordinal)],
                cron.Value.Status?.LastScheduleTime is { } last ? new DateTimeOffset(last) : null,
                cron.Value.Spec.Suspend == true ? null : CronJobController.Next(cron.Value.Spec, now))),
        ];
    }
}
