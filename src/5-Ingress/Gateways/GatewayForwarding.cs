using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>How a Gateway sends requests on, where the Gateway API leaves it to the implementation.</summary>
internal static class GatewayForwarding
{
    /// <summary>The limits of a request's head: as nginx's and Envoy's, 60 kB in all.</summary>
    internal static readonly HeadLimits Heads = new() { StartLineBytes = 16 * 1024, HeaderBytes = 32 * 1024, TotalBytes = 60 * 1024 };

    /// <summary>Without <c>timeouts</c> the Gateway API sets no limit. One that is silent for longer than an hour is given up.</summary>
    internal static readonly ForwardOptions Options = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ResponseTimeout = TimeSpan.FromHours(1),
        RetryStaleConnection = true,
        Upgrades = ForwardedUpgrades.WebSocket,
        Trailers = true,
        ResponseHeadLimits = Heads,
    };
}
