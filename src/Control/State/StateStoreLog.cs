using Microsoft.Extensions.Logging;

namespace Usher.Control.State;

/// <summary>Event ids 120–129.</summary>
internal static partial class StateStoreLog
{
    [LoggerMessage(120, LogLevel.Warning, "The state in {Path} is damaged: {Why}. It was set aside as {Moved} and a new one is made: with it go the private CA, which clients must trust anew (usher ca trust), issued certificates and earlier journeys")]
    internal static partial void StateDamaged(this ILogger log, string path, string why, string moved);

    [LoggerMessage(121, LogLevel.Warning, "{Path} holds private keys and could be read by other users; it no longer can")]
    internal static partial void StateWasOpen(this ILogger log, string path);
}
