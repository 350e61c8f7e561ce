using System.Security.Cryptography;

namespace Usher.Trace;

/// <summary>Ids of journeys that no load balancer gave one, in the form of those that it gives (ALB user guide, "Request tracing").</summary>
internal static class JourneyIds
{
    /// <summary>A new one.</summary>
    internal static string New(DateTimeOffset at) =>
        FormattableString.Invariant($"1-{(uint)at.ToUnixTimeSeconds():x8}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}");
}
