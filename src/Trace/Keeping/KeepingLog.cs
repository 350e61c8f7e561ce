using Microsoft.Extensions.Logging;

namespace Usher.Trace.Keeping;

/// <summary>Event ids 960–969.</summary>
internal static partial class KeepingLog
{
    [LoggerMessage(960, LogLevel.Warning, "Journeys are not stored: {Why}. They are known until the road stops; said once")]
    internal static partial void JourneysNotStored(this ILogger log, string why);

    [LoggerMessage(961, LogLevel.Warning, "Journeys are stored again")]
    internal static partial void JourneysStoredAgain(this ILogger log);

    [LoggerMessage(963, LogLevel.Error, "Some journeys are not stored, by a fault of the trace")]
    internal static partial void KeepingFault(this ILogger log, Exception fault);

    [LoggerMessage(962, LogLevel.Warning, "Journeys of earlier runs can't be read: {Why}")]
    internal static partial void EarlierJourneysUnreadable(this ILogger log, string why);
}
