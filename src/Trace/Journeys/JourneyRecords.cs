using Usher.Model.Journeys;
using Usher.Trace.Otlp;

namespace Usher.Trace.Journeys;

/// <summary>Everything that is known of one request, joined but not yet told.</summary>
internal sealed record JourneyRecords
{
    /// <summary>
    /// The record of the first hop that read HTTP: the load balancer's, or the ingress's behind a load balancer that reads none. Null when the request never reached one, and only the client knows of it.
    /// </summary>
    public RequestRecord? First { get; init; }

    /// <summary>The relays between the client and the first hop that read HTTP, or as far as the connection came; null where the client dialled that hop itself.</summary>
    public RelayPath? Path { get; init; }

    /// <summary>The ingress's record behind a load balancer that read HTTP, or null.</summary>
    public RequestRecord? Ingress { get; init; }

    /// <summary>The handshake that failed at the ingress, where the load balancer's request got no further; null otherwise.</summary>
    public HandshakeRecord? Refused { get; init; }

    /// <summary>The handshake of the client's connection, or null.</summary>
    public HandshakeRecord? Handshake { get; init; }

    /// <summary>The handshake at the first hop that read HTTP, or null: another than the client's where a load balancer in front had decrypted and encrypted again.</summary>
    public HandshakeRecord? Read { get; init; }

    /// <summary>Whether TLS ended at a load balancer that relays what it decrypts.</summary>
    public bool EndsInFront => Path?.Handshake is not null;

    /// <summary>The name server's record of the client's query, or null.</summary>
    public DnsRecord? Dns { get; init; }

    /// <summary>The client's own report, or null.</summary>
    public ClientReport? Client { get; init; }

    /// <summary>Spans of the request's trace.</summary>
    public IReadOnlyList<ReportedSpan> Spans { get; init; } = [];
}
