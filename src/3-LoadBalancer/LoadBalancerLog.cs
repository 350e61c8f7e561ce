using Microsoft.Extensions.Logging;

namespace Usher.LoadBalancer;

/// <summary>Event ids 320–339.</summary>
internal static partial class LoadBalancerLog
{
    [LoggerMessage(320, LogLevel.Warning, "The keys at {Endpoint} can't be fetched: {Why}. Tokens are verified with the last ones, if there are any; it is tried again, and said once")]
    internal static partial void KeysNotFetched(this ILogger log, Uri endpoint, string why);

    [LoggerMessage(321, LogLevel.Information, "The keys at {Endpoint} are fetched again: {Count}")]
    internal static partial void KeysFetched(this ILogger log, Uri endpoint, int count);
}
