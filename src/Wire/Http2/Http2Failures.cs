using System.Net.Sockets;

namespace Usher.Wire;

/// <summary>What a failure of an HTTP/2 stream or connection means for the forwarding.</summary>
internal static class Http2Failures
{
    /// <summary>HTTP_1_1_REQUIRED (RFC 9113 section 7): what a server says to HTTP/2 that has none.</summary>
    private const long Http11Required = 0xd;

    /// <summary>The failure; null for an exception that is none of the upstream's.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="end">How the connection has ended.</param>
    /// <param name="responseBegan">Whether a response's head had come.</param>
    public static ForwardFailure? Of(Exception e, StreamEnd end, bool responseBegan)
    {
        if (Within<NoMoreStreamsException>(e) is { } full) return new(ForwardOutcome.UpstreamReset, "The upstream takes no request on any connection.", inner: full);
        if (e is not (HttpRequestException or IOException or ObjectDisposedException or OperationCanceledException)) return null;
        if (Is(e, HttpRequestError.ConfigurationLimitExceeded))
            return new(ForwardOutcome.ResponseHeadTooLarge, "The response's head is larger than allowed.", HttpViolation.HeadTooLarge, e);
        if (end == StreamEnd.ClosedByPeer || (end != StreamEnd.Broken && Is(e, HttpRequestError.ResponseEnded)))
        {
            return responseBegan
                ? new(ForwardOutcome.UpstreamClosedMidBody, "The upstream closed the connection inside the body.", inner: e)
                : new(ForwardOutcome.UpstreamClosedBeforeResponse, "The upstream closed the connection without a response.", inner: e);
        }

        if (end == StreamEnd.Broken) return new(ForwardOutcome.UpstreamReset, $"The upstream reset the connection: {e.GetBaseException().Message}", inner: e);
        var root = e.GetBaseException();
        return IsMalformed(e, root)
            ? new(ForwardOutcome.MalformedResponse, $"What came isn't valid HTTP/2: {root.Message}", inner: e)
            : new(ForwardOutcome.UpstreamReset, $"The upstream broke the stream off: {root.Message}", inner: e);
    }

    /// <summary>
    /// Whether it was found here that the peer breaks the protocol. .NET gives that and the peer's own resets the same type and error codes, and tells them by
    /// their words alone; what it finds wrong with a head has types of its own.
    /// </summary>
    private static bool IsMalformed(Exception e, Exception root) => Within<HttpProtocolException>(e) is { } protocol
        ? protocol.ErrorCode == Http11Required || protocol.Message.Contains("invalid data", StringComparison.Ordinal)
        : root is not (IOException or SocketException or ObjectDisposedException or OperationCanceledException);

    private static bool Is(Exception? e, HttpRequestError error)
    {
        for (; e is not null; e = e.InnerException)
            if ((e as HttpRequestException)?.HttpRequestError == error || (e as HttpIOException)?.HttpRequestError == error) return true;
        return false;
    }

    private static T? Within<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found) return found;
        return null;
    }
}
