namespace Usher.Wire;

/// <summary>Which requests for another protocol on their connection are passed on as such; the others are passed on without their Upgrade.</summary>
public enum ForwardedUpgrades
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those for WebSocket (RFC 6455).</summary>
    WebSocket,

    /// <summary>All, whatever they ask for.</summary>
    Any,
}

/// <summary>How a request is forwarded.</summary>
public sealed record ForwardOptions
{
    /// <summary>How long connecting may take. 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the upstream may be silent while something is due from it: taking the request, the response's head, more of its body. 60 s
    /// by default.
    /// Time in which the client is waited for doesn't count.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the upstream may be silent while it takes the request; as <see cref="ResponseTimeout"/> when null.</summary>
    public TimeSpan? SendTimeout { get; init; }

    /// <summary>
    /// The most bytes of a request's body; a longer one ends in <see cref="ForwardOutcome.RequestBodyTooLarge"/>. No limit by default.
    /// </summary>
    public long MaxRequestBody { get; init; } = long.MaxValue;

    /// <summary>
    /// Whether a request without body and with an idempotent method is sent once more, on a new connection, when a reused connection closed
    /// before
    /// any byte of the response. False by default: then the keep-alive race shows. <see cref="ForwardResult.Retried"/> tells of it.
    /// </summary>
    public bool RetryStaleConnection { get; init; }

    /// <summary>
    /// Whether connections are kept for further requests; if not, "Connection: close" is sent and new ones are made. True by default.
    /// </summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>
    /// Which upgrades are passed on; none by default. Once the upstream answers 101, both connections are joined, and are cut when nothing comes
    /// from either side for <see cref="ResponseTimeout"/>.
    /// </summary>
    public ForwardedUpgrades Upgrades { get; init; }

    /// <summary>
    /// Whether the trailers of a request, and those of an HTTP/1.1 response, are passed on, as far as the next connection has room for them (RFC 9110 section 6.5); false by default:
    /// they are dropped.
    /// </summary>
    public bool Trailers { get; init; }

    /// <summary>The limits for response heads.</summary>
    public HeadLimits ResponseHeadLimits { get; init; } = HeadLimits.Responses;

    /// <summary>The clock for timestamps; timeouts run on the pool's clock, which should be the same.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
