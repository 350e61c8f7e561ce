using Microsoft.Extensions.Logging;

namespace Usher.Pod;

/// <summary>What the pods' hop logs.</summary>
internal static partial class PodLog
{
    [LoggerMessage(7001, LogLevel.Information, "Pod {Pod}: started ({What})")]
    public static partial void Started(this ILogger logger, string pod, string what);

    [LoggerMessage(7002, LogLevel.Information, "Pod {Pod}: ready")]
    public static partial void Ready(this ILogger logger, string pod);

    [LoggerMessage(7003, LogLevel.Warning, "Pod {Pod}: no longer ready: {Message}")]
    public static partial void Unready(this ILogger logger, string pod, string? message);

    [LoggerMessage(7004, LogLevel.Warning, "Pod {Pod}: {How}; restarting in {Seconds} s")]
    public static partial void Ended(this ILogger logger, string pod, string how, double seconds);

    [LoggerMessage(7005, LogLevel.Warning, "Pod {Pod}: {Message}; its container will be restarted")]
    public static partial void Unhealthy(this ILogger logger, string pod, string message);

    [LoggerMessage(7006, LogLevel.Information, "Pod {Pod}: stopped")]
    public static partial void Stopped(this ILogger logger, string pod);
}
