using Microsoft.Extensions.Logging;

namespace Usher.Response;

internal static partial class AccessLogLog
{
    [LoggerMessage(9001, LogLevel.Warning, "The access log lost {Count} requests, because they ended faster than they could be written")]
    public static partial void Missed(ILogger logger, long count);

    [LoggerMessage(9002, LogLevel.Error, "The access log {Path} can't be written ({Reason}); requests are not logged for {Pause} s, then it is tried again. Make room, or name another folder with --state; said once")]
    public static partial void Failed(ILogger logger, string path, string reason, int pause);

    [LoggerMessage(9003, LogLevel.Warning, "The access log {Path} is written again; about {Count} requests are not in it")]
    public static partial void WrittenAgain(ILogger logger, string path, long count);

    [LoggerMessage(9004, LogLevel.Error, "Logs can't be delivered to {Path} ({Reason}); it is tried again after {Pause} s, and lines of that time are lost; said once")]
    public static partial void DeliveryFailed(ILogger logger, string path, string reason, int pause);

    [LoggerMessage(9005, LogLevel.Warning, "Logs are delivered to {Path} again")]
    public static partial void DeliveredAgain(ILogger logger, string path);

    [LoggerMessage(9006, LogLevel.Warning, "The connection log lost {Count} connections, because they were made faster than they could be written")]
    public static partial void ConnectionsMissed(ILogger logger, long count);

    [LoggerMessage(9007, LogLevel.Warning, "{Path} lacks {Count} requests of a busy road, whose journeys aren't kept in full either (usher up --full-detail). A load balancer whose attribute access_logs.s3.enabled is true delivers every one")]
    public static partial void PassedOver(ILogger logger, string path, long count);
}
