namespace Usher.Wire;

/// <summary>How upstream connections are made and kept.</summary>
public sealed record UpstreamPoolOptions
{
    /// <summary>How long an idle connection is kept. 60 s by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take when the caller names no limit. 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A connection that was returned less than this ago is rented as it is; of any other the system is asked whether its peer has closed it. None by default. To ask costs each request of a
    /// busy road a call, and finds out little: the peer may close just as well a moment after.
    /// </summary>
    public TimeSpan TakenUnseen { get; init; }

    /// <summary>The most idle connections for one key; more are closed when they are returned. 256 by default.</summary>
    public int MaxIdlePerKey { get; init; } = 256;

    /// <summary>Makes the connections; null to dial.</summary>
    public IUpstreamDialer? Dialer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
