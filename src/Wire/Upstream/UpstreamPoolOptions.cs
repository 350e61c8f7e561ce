namespace Usher.Wire;

/// <summary>How upstream connections are made and kept.</summary>
public sealed record UpstreamPoolOptions
{
    /// <summary>How long an idle connection is kept. 60 s by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take when the caller names no limit. 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most idle connections for one key; more are closed when they are returned. 256 by default.</summary>
    public int MaxIdlePerKey { get; init; } = 256;

    /// <summary>Makes the connections; null to dial.</summary>
    public IUpstreamDialer? Dialer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
