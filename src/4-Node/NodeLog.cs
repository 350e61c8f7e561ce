using System.Net;
using Microsoft.Extensions.Logging;
using Usher.Model.Desired;

namespace Usher.Node;

/// <summary>What the nodes' relays say.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} has endpoints again: {Declared} accepts connections")]
    public static partial void Opened(ILogger logger, ResourceKey service, IPEndPoint declared);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} has no endpoint left: {Declared} refuses connections")]
    public static partial void Closed(ILogger logger, ResourceKey service, IPEndPoint declared);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} has endpoints, but {Bound} can't be opened for {Declared}: {Why}")]
    public static partial void Failed(ILogger logger, ResourceKey service, IPEndPoint bound, IPEndPoint declared, string why);
}
