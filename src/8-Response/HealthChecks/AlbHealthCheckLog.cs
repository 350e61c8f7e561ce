using System.Globalization;
using Usher.Model.Contracts;

namespace Usher.Response;

/// <summary>
/// One line of an ALB's health check log: <c>type time latency target_addr target_group_id status status_code reason_code</c> ("Health check logs for your Application Load Balancer", section "Health check log entries"; ALB user guide).
/// </summary>
internal static class AlbHealthCheckLog
{
    /// <summary>Appends the line, without its end.</summary>
    public static void Write(LogLine line, HealthCheckRecord check)
    {
        line.Add(check.Type).Add(' ').Moment(check.At).Add(' ').Add(check.Latency.TotalSeconds.ToString("F9", CultureInfo.InvariantCulture)).Add(' ');
        line.Add(check.Target).Add(' ').Add(check.TargetGroup).Add(check.Reason is null ? " PASS " : " FAIL ");
        (check.StatusCode is { } status ? line.Add(status) : line.Add('-')).Add(' ').Add(check.Reason ?? "-");
    }
}
