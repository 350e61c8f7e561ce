namespace Usher.Wire;

/// <summary>Passes a request on to an upstream and its response back (RFC 9110 section 7.6).</summary>
/// <remarks>
/// Hop-by-hop headers and Expect are dropped in both directions, Upgrade and trailers with them unless the options pass those on: a 101 that wasn't asked
/// for is a malformed response. 100 Continue is given to the client as soon as the upstream is connected. Framing is written anew: a length stays a
/// length, anything else becomes chunks. From an HTTP/2 upstream a response's trailers are passed on to who can take them.
/// </remarks>
public static class Forwarder
{
    /// <summary>
    /// Forwards one request. Nothing is thrown for what a client or an upstream does: the result tells. If it failed before the response
    /// started
    /// (<see cref="ForwardResult.ResponseStarted"/>), nothing was sent to the client and the answer is the caller's; if after, the client's
    /// connection
    /// was cut. With a kept body the same request can be forwarded again after a failure. Exceptions of the caller's own editor and observer pass through, and close the upstream connection.
    /// </summary>
    public static ValueTask<ForwardResult> ForwardAsync(
        HttpExchange downstream,
        UpstreamPool pool,
        UpstreamKey destination,
        HeaderEdits? requestEdits,
        IResponseEditor? responseEditor,
        ForwardOptions options,
        IForwardObserver? observer = null,
        KeptBody? kept = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(downstream);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(options);
        var request = new ForwardRequest(downstream, requestEdits, responseEditor, options, observer, cancellationToken) { Kept = kept };
        return destination.Http2 ? Http2Forwarding.ForwardAsync(request, pool.Http2, destination) : AttemptAsync(request, pool, destination, onlyNew: !options.KeepAlive);
    }

    /// <summary>Once more, on a new connection.</summary>
    internal static ValueTask<ForwardResult> AgainAsync(in ForwardRequest request, UpstreamPool pool, UpstreamKey destination) =>
        AttemptAsync(request with { IsRetry = true }, pool, destination, onlyNew: true);

    private static ValueTask<ForwardResult> AttemptAsync(ForwardRequest request, UpstreamPool pool, UpstreamKey destination, bool onlyNew)
    {
        var now = request.Options.TimeProvider.GetTimestamp();
        if (!onlyNew && pool.TryRentIdle(destination, ForwardAttempt.PassesUpgrade(request)) is { } idle)
        {
            return RunAsync(idle, pool, request with { ConnectStarted = now, Connected = now });
        }

        request = request with { ConnectStarted = now };
        return AwaitConnectionAsync(ConnectAsync(request, pool, destination), request, pool, destination);
    }

    /// <summary>A new connection: an idle one was looked for, or isn't wanted.</summary>
    private static ValueTask<UpstreamConnection> ConnectAsync(ForwardRequest request, UpstreamPool pool, UpstreamKey destination) =>
        request.Canceled.CanBeCanceled ? ConnectCancelablyAsync(request, pool, destination)
            : pool.RentAsync(destination, request.Options.ConnectTimeout, onlyNew: true, ForwardAttempt.PassesUpgrade(request), request.Downstream.ClientGone);

    private static async ValueTask<UpstreamConnection> ConnectCancelablyAsync(ForwardRequest request, UpstreamPool pool, UpstreamKey destination)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Canceled, request.Downstream.ClientGone);
        return await pool.RentAsync(destination, request.Options.ConnectTimeout, onlyNew: true, ForwardAttempt.PassesUpgrade(request), either.Token);
    }

    private static async ValueTask<ForwardResult> AwaitConnectionAsync(
        ValueTask<UpstreamConnection> renting, ForwardRequest request, UpstreamPool pool, UpstreamKey destination)
    {
        UpstreamConnection connection;
        try
        {
            connection = await renting;
        }
        catch (Exception e) when (NotConnected(request, destination, e) is { } result)
        {
            return request.Ended(result);
        }

        return await RunAsync(connection, pool, request with { Connected = request.Options.TimeProvider.GetTimestamp() });
    }

    private static ValueTask<ForwardResult> RunAsync(UpstreamConnection connection, UpstreamPool pool, ForwardRequest request) =>
        connection.Link is { } link
            ? (connection.LinkAttempt ??= new LinkAttempt(connection, link)).RunAsync(pool, request)
            : (connection.Attempt ??= new ForwardAttempt(connection)).RunAsync(pool, request);

    private static ForwardOutcome OutcomeOf(ConnectFailure failure) => failure switch
    {
        ConnectFailure.Refused => ForwardOutcome.ConnectRefused,
        ConnectFailure.TimedOut => ForwardOutcome.ConnectTimedOut,
        ConnectFailure.TlsFailed or ConnectFailure.TlsTimedOut or ConnectFailure.TlsUntrusted => ForwardOutcome.TlsHandshakeFailed,
        _ => ForwardOutcome.ConnectFailed,
    };

    /// <summary>What it means that there is no connection; null for an exception that is none of ours.</summary>
    internal static ForwardResult? NotConnected(in ForwardRequest request, UpstreamKey destination, Exception why) => why switch
    {
        ConnectException e => NotConnected(request, destination, OutcomeOf(e.Failure), e.Session is null ? e.Message : e.Reason) with
        {
            ConnectFailure = e.Failure,
            UpstreamLocal = e.LocalEndPoint,
            UpstreamSession = e.Session,
            Connected = e.Session?.Started ?? 0,
        },
        OperationCanceledException when request.Downstream.ClientGone.IsCancellationRequested =>
            NotConnected(request, destination, ForwardOutcome.ClientGone, "The client went before the upstream was connected."),
        OperationCanceledException => NotConnected(request, destination, ForwardOutcome.Canceled, "The forwarding was canceled."),
        _ => null,
    };

    private static ForwardResult NotConnected(
        in ForwardRequest request, UpstreamKey destination, ForwardOutcome outcome, string detail) => new()
    {
        Outcome = outcome,
        Detail = detail,
        UpstreamRemote = destination.Remote,
        Retried = request.IsRetry,
        ConnectStarted = request.ConnectStarted,
        LastByte = request.Options.TimeProvider.GetTimestamp(),
    };
}
