using System.Net;
using Microsoft.Extensions.Logging;

namespace Usher.Seam;

/// <summary>Event ids 300–319.</summary>
internal static partial class SeamLog
{
    [LoggerMessage(300, LogLevel.Warning, "The handshake of {Client} at {Listener} failed ({Outcome}): {Why}. Further ones within {Pause} s are only listed (usher journeys --failed)")]
    internal static partial void HandshakeFailed(this ILogger log, IPEndPoint client, IPEndPoint listener, string outcome, string why, int pause);

    [LoggerMessage(302, LogLevel.Warning, "{Bound} has {Flows} flows of datagrams, as many as it may, and all are in use: datagrams of other clients are dropped. This is said every {Pause} s at most")]
    internal static partial void Full(this ILogger log, IPEndPoint bound, int flows, int pause);

    [LoggerMessage(301, LogLevel.Warning, "Receiving datagrams at {Bound} failed: {Why}. It goes on after a moment")]
    internal static partial void NotReceiving(this ILogger log, IPEndPoint bound, string why);
}
