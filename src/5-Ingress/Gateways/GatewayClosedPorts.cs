using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>The ports of Gateways' pods that no listener opens, since none of them is served.</summary>
internal sealed class GatewayClosedPorts : IClosedPorts
{
    /// <inheritdoc/>
    public ClosedPort? At(Generation generation, IPEndPoint bound) => generation.Find<GatewaySnapshot>()?.Closed.GetValueOrDefault(new FrontPlace(bound, Udp: false));
}

/// <summary>A listener that isn't served.</summary>
/// <param name="Hostname">Its host; empty for any.</param>
/// <param name="Words">Which it is, and which of its conditions says why.</param>
internal sealed record ClosedListener(string Hostname, string Words)
{
    /// <summary>Of a listener that isn't programmed.</summary>
    internal static ClosedListener Of(ListenerDraft draft)
    {
        var conditions = GatewayConditions.Of(draft);
        var why = conditions.FirstOrDefault(c => c is { Type: "Accepted" or "ResolvedRefs", Holds: false }) ?? conditions[^1];
        var label = $"listener {draft.Written.Name} of {draft.Owner}{(draft.Hostname.Length == 0 ? "" : $" ({draft.Hostname})")}";
        return new ClosedListener(draft.Hostname, $"{label} isn't served: {why.Type} is {why.Status}, {why.Reason}: {why.Message}");
    }

    /// <summary>Of those that would be for a host, in words; null where none is.</summary>
    internal static string? For(IEnumerable<ClosedListener> all, string host) =>
        string.Join("; ", all.Where(l => HostMatches<ListenerPlan>.Takes(l.Hostname, host)).Select(l => l.Words)) is { Length: > 0 } words ? words : null;
}
