using Usher.Model.Road;

namespace Usher.Model.Journeys;

/// <summary>What a relay recorded of one connection, or of one flow of datagrams. Times as in <see cref="RequestRecord"/>.</summary>
public sealed class ConnectionRecord
{
    /// <summary>Whose relay it is: a node's, which carries out kube-proxy's rules, or a load balancer's.</summary>
    public Hop Hop { get; init; } = Hop.Node;

    /// <summary>The generation that decided it.</summary>
    public required Generation Generation { get; init; }

    /// <summary>The connection as it was accepted.</summary>
    public required ConnectionId Downstream { get; init; }

    /// <summary>When it was accepted.</summary>
    public required long AcceptedAt { get; init; }

    /// <summary>Where it was sent, and why.</summary>
    public IDecision? Decision { get; set; }

    /// <summary>The connection dialled, or null.</summary>
    public ConnectionId? Upstream { get; set; }

    /// <summary>The client's handshake, where TLS ends at the relay; null for a connection that is relayed as it comes.</summary>
    public HandshakeRecord? Handshake { get; set; }

    /// <summary>How the connection dialled is secured; null for plain TCP. A handshake that failed is told too.</summary>
    public UpstreamSecurity? UpstreamTls { get; set; }

    /// <summary>True when nothing listened where it was dialled (ECONNREFUSED); of datagrams, when an ICMP port unreachable came back.</summary>
    public bool Refused { get; set; }

    /// <summary>How it leads there: a socket, or a link inside this process.</summary>
    public LinkKind Link { get; set; }

    /// <summary>When that was connected.</summary>
    public long ConnectedAt { get; set; }

    /// <summary>When both directions had ended; 0 while open.</summary>
    public long ClosedAt { get; set; }

    /// <summary>Why it ended; null while open.</summary>
    public string? CloseReason { get; set; }

    /// <summary>Bytes towards the upstream so far.</summary>
    public long BytesUp { get; set; }

    /// <summary>Bytes towards the client so far.</summary>
    public long BytesDown { get; set; }

    /// <summary>Reads a flow of datagrams while it is open.</summary>
    public Func<FlowReading>? Reading { get; set; }

    /// <summary>What a flow of datagrams has come to so far; null for a TCP connection, and for a flow that led nowhere.</summary>
    public FlowReading? Flow { get => field ?? Reading?.Invoke(); set; }

    /// <summary>What it has carried.</summary>
    public DatagramCounts? Datagrams => Flow?.Counts;

    /// <summary>The id under which a flow through a load balancer is listed; null for one that isn't. Given by the journey log.</summary>
    public string? JourneyId { get; set; }
}

/// <summary>A flow of datagrams at one moment. Times as in <see cref="RequestRecord"/>.</summary>
/// <param name="Counts">What it has carried.</param>
/// <param name="AnsweredAt">When the first datagram came back.</param>
/// <param name="LastAt">When the last one came, from either side.</param>
public sealed record FlowReading(DatagramCounts Counts, long AnsweredAt, long LastAt);

/// <summary>What a flow of datagrams carried.</summary>
/// <param name="Up">Datagrams towards the upstream.</param>
/// <param name="Down">Datagrams towards the client.</param>
/// <param name="BytesUp">Their bytes.</param>
/// <param name="BytesDown">Theirs.</param>
/// <param name="Lost">Datagrams, either way, that a socket here didn't take.</param>
public sealed record DatagramCounts(long Up, long Down, long BytesUp, long BytesDown, long Lost);
