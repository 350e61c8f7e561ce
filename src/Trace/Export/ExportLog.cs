using Microsoft.Extensions.Logging;

namespace Usher.Trace.Export;

/// <summary>Event ids 970–979.</summary>
internal static partial class ExportLog
{
    [LoggerMessage(970, LogLevel.Warning, "Spans don't reach {Backend}: {Why}. It is tried again for {Patience} s each; said once")]
    internal static partial void SpansNotTaken(this ILogger log, string backend, string why, double patience);

    [LoggerMessage(971, LogLevel.Warning, "Spans are refused by {Backend}: {Why}. They are lost; said once")]
    internal static partial void SpansRefused(this ILogger log, string backend, string why);

    [LoggerMessage(972, LogLevel.Warning, "Spans reach {Backend} again; {Journeys} journeys and {Spans} spans of applications were lost")]
    internal static partial void SpansTakenAgain(this ILogger log, string backend, long journeys, long spans);

    [LoggerMessage(973, LogLevel.Warning, "{Backend} took spans without {Rejected} of them: {Why}. Said once")]
    internal static partial void SpansTakenInPart(this ILogger log, string backend, long rejected, string why);

    [LoggerMessage(974, LogLevel.Warning, "Spans come faster than {Backend} takes them, or than they are sent ({Rate} journeys a second): the oldest that wait are lost. Said once; how many is told at the end")]
    internal static partial void SpansLost(this ILogger log, string backend, int rate);

    [LoggerMessage(975, LogLevel.Warning, "Not exported to {Backend}: {Journeys} journeys and {Spans} spans of applications")]
    internal static partial void SpansLostInAll(this ILogger log, string backend, long journeys, long spans);

    [LoggerMessage(976, LogLevel.Error, "A journey is not exported, by a fault of the trace")]
    internal static partial void ExportFault(this ILogger log, Exception fault);
}
