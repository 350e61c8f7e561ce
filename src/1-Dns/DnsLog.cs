using System.Net;
using Microsoft.Extensions.Logging;

namespace Usher.Dns;

/// <summary>What the name server says. Event ids 100–119.</summary>
internal static partial class DnsLog
{
    [LoggerMessage(100, LogLevel.Information, "The name server listens on {EndPoint}, UDP and TCP")]
    public static partial void Listening(this ILogger log, IPEndPoint endPoint);

    [LoggerMessage(101, LogLevel.Error, "A query from {Client} was answered with SERVFAIL, by a fault of the name server")]
    public static partial void Failed(this ILogger log, Exception fault, EndPoint? client);

    [LoggerMessage(102, LogLevel.Warning, "The name server can't receive over {Transport}: {Why}")]
    public static partial void NotReceiving(this ILogger log, string transport, string why);
}
