using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Cli.Running;

/// <summary>A CronJob.</summary>
internal sealed record CronJobLine(
    string Name, string Schedule, string? TimeZone, bool Suspend, IReadOnlyList<string> Active, DateTimeOffset? LastSchedule, DateTimeOffset? NextSchedule)
{
    internal static CronJobLine Of(ScheduleStatus cron) => new(
        cron.Key.Short, cron.Schedule, cron.TimeZone, cron.Suspended, cron.Active, cron.LastSchedule?.ToUniversalTime(), cron.Next?.ToUniversalTime());

    /// <summary>As <c>usher status</c> prints it: kubectl's columns by name, and when the next Job is due.</summary>
    public override string ToString() =>
        $"{Name}  {Schedule}{(TimeZone is null ? "" : $" ({TimeZone})")}  suspend {Suspend}, {Active.Count} active{(Active.Count == 0 ? "" : $" ({string.Join(", ", Active)})")}, last schedule {At(LastSchedule) ?? "<none>"}, next {At(NextSchedule) ?? "<none>"}";

    private static string? At(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
