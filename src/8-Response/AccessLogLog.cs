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
}
