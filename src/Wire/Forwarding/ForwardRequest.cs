namespace Usher.Wire;

/// <summary>What is to be forwarded, and when its connection was asked for and had.</summary>
internal readonly record struct ForwardRequest(
    HttpExchange Downstream,
    HeaderEdits? RequestEdits,
    IResponseEditor? ResponseEditor,
    ForwardOptions Options,
    IForwardObserver? Observer,
    CancellationToken Canceled)
{
    /// <summary>What was read of the body before, and what is to be kept of it now; null for neither.</summary>
    public KeptBody? Kept { get; init; }

    /// <summary>When a connection was asked for.</summary>
    public long ConnectStarted { get; init; }

    /// <summary>When there was one.</summary>
    public long Connected { get; init; }

    /// <summary>True when a reused connection had closed, and this is the request once more.</summary>
    public bool IsRetry { get; init; }

    /// <summary>What there is to tell of an attempt on a connection; times and bytes are the attempt's to add.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reused">Whether it had carried a request before.</param>
    /// <param name="failure">Why it failed, or null.</param>
    /// <param name="status">The status, or 0.</param>
    public ForwardResult ResultOf(IUpstream connection, bool reused, ForwardFailure? failure, int status) => new()
    {
        Outcome = failure?.Outcome ?? ForwardOutcome.Completed,
        Detail = failure?.Message,
        Violation = failure?.Violation ?? HttpViolation.None,
        StatusCode = status,
        ResponseStarted = Downstream.ResponseStarted,
        Retried = IsRetry,
        UpstreamReused = reused,
        UpstreamConnectionId = connection.Id,
        UpstreamLocal = connection.LocalEndPoint,
        UpstreamRemote = connection.RemoteEndPoint,
        UpstreamSession = connection.Session,
        ConnectStarted = ConnectStarted,
        Connected = Connected,
    };

    /// <summary>The attempt is over: gives its connection back, and tells.</summary>
    public ForwardResult Ended(ForwardResult result, UpstreamConnection connection, UpstreamPool pool, UpstreamFate fate)
    {
        var kept = pool.Return(connection, fate == UpstreamFate.Kept);
        result.UpstreamFate = fate == UpstreamFate.Kept && !kept ? UpstreamFate.ClosedByPool : fate;
        Observer?.OnEnded(result);
        return result;
    }

    /// <summary>The attempt is over before it had a connection.</summary>
    public ForwardResult Ended(ForwardResult result)
    {
        Observer?.OnEnded(result);
        return result;
    }

    /// <summary>True when a kept connection had closed before the request came to it, and the request may be sent once more.</summary>
    public bool IsWorthRetrying(ForwardResult result) =>
        result is { UpstreamReused: true, ReceivedBytes: 0, Outcome: ForwardOutcome.UpstreamClosedBeforeResponse or ForwardOutcome.UpstreamReset }
        && Options.RetryStaleConnection && !IsRetry && !Downstream.Request.Framing.MayHaveBody && IsIdempotent(Downstream.Request.Method);

    /// <summary>RFC 9110 section 9.2.2.</summary>
    private static bool IsIdempotent(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8) || method.SequenceEqual("OPTIONS"u8)
        || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8) || method.SequenceEqual("TRACE"u8);
}
