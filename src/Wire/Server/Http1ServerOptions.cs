namespace Usher.Wire;

/// <summary>How HTTP/1 connections from clients are served.</summary>
public sealed record Http1ServerOptions
{
    /// <summary>The limits for request heads.</summary>
    public HeadLimits HeadLimits { get; init; } = HeadLimits.Requests;

    /// <summary>
    /// Whether requests that break the grammar are read where one reading of them can be sent on (<see cref="RequestHead.Defects"/> tells it), rather than
    /// refused. False by default.
    /// </summary>
    public bool Tolerant { get; init; }

    /// <summary>
    /// How long a client may send nothing where something is due (a request, body bytes), or take nothing of a response. 60 s by default.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a head may take from its first byte to its last. 60 s by default.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The age at which a connection closes after one more response. 3600 s by default.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>
    /// The most bytes of an unread request body that are read and dropped to keep the connection; beyond it, it closes. 64 KiB by default.
    /// </summary>
    public int DrainBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// How long a closing connection waits for more of what the client still sends, so that a reset doesn't destroy the response on its way. 5 s by default, as nginx's <c>lingering_timeout</c>.
    /// </summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it does that at most. 30 s by default, as nginx's <c>lingering_time</c>.</summary>
    public TimeSpan LingerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The request, of an HTTP/2 connection, with which the client is told to open another (GOAWAY). No limit by default.</summary>
    public int RequestsPerHttp2Connection { get; init; } = int.MaxValue;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
