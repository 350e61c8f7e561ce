using Usher.Model.Road;

namespace Usher.Model.Journeys;

/// <summary>
/// What an HTTP hop recorded of one request. Opened and closed by the seam; the hop adds its decision. Times are
/// <see cref="TimeProvider.GetTimestamp"/> ticks; 0 means that it did not happen.
/// </summary>
public sealed class RequestRecord
{
    private string? traceId;

    // A request that was upgraded has no stream: one place for both, since every request has it.
    private object? rare;

    /// <summary>Which hop.</summary>
    public required Hop Hop { get; init; }

    /// <summary>The generation that served the request here.</summary>
    public required Generation Generation { get; init; }

    /// <summary>The connection that the request arrived on.</summary>
    public required ConnectionId Downstream { get; init; }

    /// <summary>Which request of its connection it was, from 1.</summary>
    public required int RequestOnConnection { get; init; }

    /// <summary>When the request's head was complete.</summary>
    public required long StartedAt { get; init; }

    /// <summary>When, on the wall clock.</summary>
    public required DateTimeOffset StartedOn { get; init; }

    /// <summary>The protocol on the client's side: <c>HTTP/1.1</c>, <c>HTTP/2.0</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The journey's id; null while unknown.</summary>
    public string? JourneyId { get; set; }

    /// <summary>The W3C trace id, 32 hex digits: the journey's id as one, unless another was given; null while neither is known.</summary>
    public string? TraceId
    {
        get => traceId ?? TraceRoot.TraceIdOf(JourneyId);
        set => traceId = value;
    }

    /// <summary>What the request brought of its caller's trace; null when it brought no valid <c>traceparent</c>.</summary>
    public TraceContext? Brought { get; set; }

    /// <summary>The span id that this hop gave itself where it had to name itself to another before the request went on; 0 for none.</summary>
    public ulong SpanId { get; set; }

    /// <summary>Writes <see cref="TraceId"/> to where there is room for <see cref="TraceRoot.TraceIdLength"/> digits; false when there is none.</summary>
    public bool TryWriteTraceId(Span<char> digits) => traceId is null ? TraceRoot.TryTraceIdOf(JourneyId, digits) : traceId.TryCopyTo(digits);

    /// <summary>The method, as sent.</summary>
    public required string Method { get; init; }

    /// <summary>The request target, as sent.</summary>
    public required string Target { get; init; }

    /// <summary>The host and port that the request names (its absolute target, else its Host header); empty when it names none.</summary>
    public required string Host { get; init; }

    /// <summary><c>http</c> or <c>https</c> on the client's side.</summary>
    public string Scheme { get; set; } = "http";

    /// <summary>Whether the client asked with https of a load balancer that relays what it decrypts, so that the request came here in another way. Known once it has ended.</summary>
    public bool DecryptedInFront { get; set; }

    /// <summary>
    /// Scheme, host and target as the client sent them. Where it named no host, the address that it connected to stands there, as in the host's place of an
    /// ALB's access log; with its port, since no name says which it was. A target that is no path (<c>*</c>, an absolute one) stands alone.
    /// </summary>
    public string Url => Target.Length > 0 && Target[0] != '/' ? Target : $"{(DecryptedInFront ? "https" : Scheme)}://{(Host.Length > 0 ? Host : Downstream.To.ToString())}{Target}";

    /// <summary>The client's user agent, or null.</summary>
    public string? UserAgent { get; init; }

    /// <summary>What the hop decided; null when the request was refused before any decision.</summary>
    public IDecision? Decision { get; set; }

    /// <summary>The connection that the request left on, or null.</summary>
    public ConnectionId? Upstream { get; set; }

    /// <summary>How that connection is secured; null for plain TCP. A handshake that failed is told too.</summary>
    public UpstreamSecurity? UpstreamTls { get; set; }

    /// <summary>Which request of the upstream connection it was, from 1; 1 means that the connection was new.</summary>
    public int RequestOnUpstream { get; set; }

    /// <summary>How the next hop was reached: a socket, or a link inside this process. Means something only with <see cref="Upstream"/>.</summary>
    public LinkKind Link { get; set; }

    /// <summary>The relay's record of the upstream connection, where a relay stands there.</summary>
    public ConnectionRecord? Via { get; set; }

    /// <summary>When dialling the upstream began, when that connection was new.</summary>
    public long ConnectStartedAt { get; set; }

    /// <summary>When it was connected.</summary>
    public long ConnectedAt { get; set; }

    /// <summary>When the request had been sent on.</summary>
    public long RequestSentAt { get; set; }

    /// <summary>When the response's head had arrived from the upstream, or was made here.</summary>
    public long FirstByteAt { get; set; }

    /// <summary>When the last byte had been handed to the client's side.</summary>
    public long EndedAt { get; set; }

    /// <summary>The status sent to the client's side; 0 when none was.</summary>
    public int Status { get; set; }

    /// <summary>The status that the upstream answered; 0 when it did not.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>True when this hop made the response itself.</summary>
    public bool AnsweredHere { get; set; }

    /// <summary>The hop's own code of a failure (<c>load-balancer.502.connection-refused</c>), or null.</summary>
    public string? Outcome { get; set; }

    /// <summary>Whether something went wrong here, or the client got no answer or one from 400 on.</summary>
    public bool IsFailed => Outcome is not null || Status is 0 or >= 400;

    /// <summary>What went wrong and the way out, for a person; null when nothing did. Where nobody noted it, the decision tells when it is asked.</summary>
    public string? Problem { get => field ?? (Outcome is null ? null : (Decision as IProblemTeller)?.Problem); set; }

    /// <summary>Something worth knowing that is no problem (a port that was mapped), or null.</summary>
    public string? Note { get; set; }

    /// <summary>The <c>Server-Timing</c> header that was added to the answer; null when none was.</summary>
    public string? ServerTiming { get; set; }

    /// <summary>What became of the connection after the upstream had switched protocols (101); null when it hadn't.</summary>
    public UpgradeRecord? Upgrade
    {
        get => rare as UpgradeRecord;
        set => rare = value ?? rare;
    }

    /// <summary>What is known of the stream that carried the request to an upstream that speaks HTTP/2; null for HTTP/1.1.</summary>
    public StreamRecord? Stream
    {
        get => rare as StreamRecord;
        set => rare = value ?? rare;
    }

    /// <summary>Bytes received from the client's side, head included.</summary>
    public long RequestBytes { get; set; }

    /// <summary>Bytes sent to the client's side, head included.</summary>
    public long ResponseBytes { get; set; }

    /// <summary>What became of the client's connection: <c>kept</c> or <c>closed: why</c>.</summary>
    public string? DownstreamFate { get; set; }

    /// <summary>What became of the upstream connection: <c>kept</c> or <c>closed: why</c>; null without one.</summary>
    public string? UpstreamFate { get; set; }

    /// <summary>What the hop changed in the request's headers.</summary>
    public HeaderChanges RequestChanges { get; set; } = HeaderChanges.None;

    /// <summary>What the hop changed in the response's headers.</summary>
    public HeaderChanges ResponseChanges { get; set; } = HeaderChanges.None;
}

/// <summary>What was recorded of an HTTP/2 stream to an upstream.</summary>
/// <param name="Protocol">What was spoken: <c>HTTP/2.0</c>.</param>
public sealed record StreamRecord(string Protocol)
{
    /// <summary>The <c>grpc-status</c> that came in the trailers, or in the head of an answer that is nothing else; null when none did.</summary>
    public string? GrpcStatus { get; init; }

    /// <summary>The <c>grpc-message</c> beside it, as it was sent (percent-encoded); null when none came.</summary>
    public string? GrpcMessage { get; init; }
}

/// <summary>What the name server recorded of one query.</summary>
public sealed class DnsRecord
{
    /// <summary>Who asked, with the port that the query came from.</summary>
    public required System.Net.IPEndPoint Client { get; init; }

    /// <summary>The query's id (RFC 1035 §4.1.1).</summary>
    public required ushort QueryId { get; init; }

    /// <summary>Over UDP or TCP.</summary>
    public required bool Tcp { get; init; }

    /// <summary>When the query had arrived.</summary>
    public required long StartedAt { get; init; }

    /// <summary>When the answer was sent.</summary>
    public required long EndedAt { get; init; }

    /// <summary>Whether the answer was another than NOERROR.</summary>
    public bool Failed { get; init; }

    /// <summary>The answer, and why.</summary>
    public required IDecision Decision { get; init; }
}
