using System.Collections.Immutable;
using Usher.Model.Journeys;

namespace Usher.Trace;

/// <summary>The relays that a client's connection passed, from a load balancer that reads nothing of it to the first hop that reads HTTP, or to a pod.</summary>
/// <param name="Relays">Their records in the order of the road; the first is the load balancer's. At least one.</param>
internal sealed record RelayPath(ImmutableArray<ConnectionRecord> Relays)
{
    /// <summary>The client's connection.</summary>
    public ConnectionId Client => Relays[0].Downstream;

    /// <summary>The client's handshake with the load balancer; null where TLS doesn't end there.</summary>
    public HandshakeRecord? Handshake => Relays[0].Handshake;

    /// <summary>Whether a relay, the load balancer or a Gateway, reached its destination and the handshake there failed, or isn't done.</summary>
    public bool EncryptedInVain => Relays.Any(r => r.UpstreamTls is { Version: null });

    /// <summary>The last connection, as its far end knows it; null when a relay couldn't make one.</summary>
    public ConnectionId? Last => Relays[^1].Upstream;
}
