using Microsoft.Extensions.Logging;

namespace Usher.Response;

internal static partial class AccessLogLog
{
    [LoggerMessage(9001, LogLevel.Warning, "The access log lost {Count} requests, because they ended faster than they could be written")]
    public static partial void Missed(ILogger logger, long count);

    [LoggerMessage(9002, LogLevel.Error, "The access log {Path} can't be written ({Reason}); requests are not logged for {Pause}. Free space, or give the state folder elsewhere with --state")]
    public static partial void Failed(ILogger logger, string path, string reason, TimeSpan pause);
}
