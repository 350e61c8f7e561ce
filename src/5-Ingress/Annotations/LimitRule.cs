using System.Collections.Immutable;
using System.Net;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary><c>limit-rps</c>, <c>limit-rpm</c> and <c>limit-connections</c>: how much one address may ask of an Ingress (ingress-nginx documentation, Rate limiting).</summary>
/// <param name="Ingress">Whose locations are counted together.</param>
/// <param name="PerSecond">Requests a second; 0 for any number.</param>
/// <param name="PerMinute">Requests a minute; 0 for any number.</param>
/// <param name="Connections">Requests at the same time; 0 for any number.</param>
/// <param name="Multiplier">How many times the rate may come at once.</param>
/// <param name="Exempt">Addresses that aren't counted.</param>
internal sealed record LimitRule(ResourceKey Ingress, int PerSecond, int PerMinute, int Connections, int Multiplier, ImmutableArray<IPNetwork> Exempt)
{
    internal static LimitRule? Read(SettingReader reader, ResourceKey ingress)
    {
        var second = reader.Number("limit-rps", 0, 1_000_000) ?? 0;
        var minute = reader.Number("limit-rpm", 0, 1_000_000) ?? 0;
        var connections = reader.Number("limit-connections", 0, 1_000_000) ?? 0;
        var multiplier = reader.Number("limit-burst-multiplier", 1, 1_000) ?? 5;
        var exempt = reader.Ranges("limit-allowlist");
        if (exempt.IsEmpty) exempt = reader.Ranges("limit-whitelist");
        return second + minute + connections == 0 ? null : new LimitRule(ingress, second, minute, connections, multiplier, exempt);
    }

    /// <summary>The annotation that stops a request, in words.</summary>
    internal string Words(ReadState state) => state switch
    {
        ReadState.OverRate => PerSecond > 0 && PerMinute > 0 ? $"limit-rps {PerSecond} or limit-rpm {PerMinute}" : PerSecond > 0 ? $"limit-rps {PerSecond}" : $"limit-rpm {PerMinute}",
        _ => $"limit-connections {Connections}",
    };
}
