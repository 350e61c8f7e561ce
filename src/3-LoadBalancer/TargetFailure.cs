using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What an ALB answers when a target fails, and how a person gets out of it.</summary>
/// <param name="Status">The status.</param>
/// <param name="Outcome">The journey's code.</param>
/// <param name="Problem">What went wrong and the way out.</param>
internal sealed record TargetFailure(int Status, string Outcome, string Problem)
{
    /// <summary>The answer to a failure that came before any response, or null when the target answered (ALB user guide, Troubleshoot: HTTP 502, 503, 504, 460).</summary>
    /// <param name="result">What happened.</param>
    /// <param name="target">Where the request was sent.</param>
    /// <param name="decision">Why there.</param>
    /// <param name="hasBody">Whether the request has a body.</param>
    internal static TargetFailure? Of(ForwardResult result, TargetPlan target, LoadBalancerDecision decision, bool hasBody)
    {
        if (result.Outcome == ForwardOutcome.Completed) return null;
        if (result is { Outcome: ForwardOutcome.ClientGone, RequestSent: 0, Connected: > 0, ResponseStarted: false } && hasBody)
        {
            return new(400, "load-balancer.400.client-closed-mid-body", "the client closed the connection before it had sent its whole body; is its Content-Length too large, or did it give up?");
        }

        var failure = Of(result, target, decision.Listener, decision.Choice.Group!);
        return decision.FailedOpen() is { } open ? failure with { Problem = $"{failure.Problem}{(failure.Problem[^1] == '?' ? "" : ".")} Besides, {open}" } : failure;
    }

    /// <summary>Whether a request counts as failed by its target where targets are compared: 5xx, and errors of its connection; null when it tells nothing of the target.</summary>
    internal static bool? Counts(ForwardResult result) => result.Outcome switch
    {
        ForwardOutcome.ConnectRefused or ForwardOutcome.ConnectTimedOut or ForwardOutcome.ConnectFailed or ForwardOutcome.TlsHandshakeFailed
            or ForwardOutcome.UpstreamClosedBeforeResponse or ForwardOutcome.UpstreamReset or ForwardOutcome.UpstreamClosedMidBody => true,
        _ when result.StatusCode > 0 => result.StatusCode is >= 500 and <= 599,
        _ => null,
    };

    private static TargetFailure Of(ForwardResult result, TargetPlan target, ListenerPlan listener, TargetGroupPlan group)
    {
        var at = $"target {target.Id} {target.Declared}";
        var idle = $"{listener.Attributes.IdleTimeout.TotalSeconds:0} s";
        return result.Outcome switch
        {
            ForwardOutcome.ConnectRefused => new(502, "load-balancer.502.connection-refused",
                $"{at} refused the connection: nothing listens there. Is the NodePort right, and has its Service a ready endpoint?"),
            ForwardOutcome.ConnectTimedOut => new(504, "load-balancer.504.connect-timeout",
                $"{at} did not accept the connection within 10 s. Is the node gone, or does a security group or network ACL drop the load balancer's packets?"),
            ForwardOutcome.ConnectFailed => new(502, "load-balancer.502.connection-failed",
                result.ConnectFailure == ConnectFailure.Unreachable
                    ? $"{at} can't be reached: there is no way to its address. Is the node gone?"
                    : $"{at} can't be reached: {result.Detail}"),
            ForwardOutcome.TlsHandshakeFailed => new(502, "load-balancer.502.tls-handshake",
                $"{at} is in an HTTPS target group, but {result.Detail}. Does it speak TLS on this port? If it speaks plain HTTP, let the target group's protocol be HTTP"),
            ForwardOutcome.MalformedResponse when group.Version != ProtocolVersion.Http1 => new(502, "load-balancer.502.malformed-response",
                $"{at} sent no valid HTTP/2 response: {result.Detail}. Does it speak HTTP/2{(group.Https ? "" : " without TLS")}? If it speaks HTTP/1.1, let the target group's protocolVersion be HTTP1"),
            ForwardOutcome.UpstreamClosedBeforeResponse when result.UpstreamReused => new(502, "load-balancer.502.keep-alive-race",
                $"{at} closed a kept connection just as the request was sent on it. Let the target keep idle connections longer than the load balancer's idle timeout ({idle})"),
            ForwardOutcome.UpstreamClosedBeforeResponse => new(502, "load-balancer.502.closed-before-response",
                $"{at} closed the connection before it answered. Has its pod ended, or is nothing ready behind the NodePort?"),
            ForwardOutcome.UpstreamReset when group.Version != ProtocolVersion.Http1 => new(502, "load-balancer.502.reset", $"{at} broke the request off: {result.Detail}"),
            ForwardOutcome.UpstreamReset => new(502, "load-balancer.502.reset", $"{at} reset the connection before it answered"),
            ForwardOutcome.ResponseTimedOut when result.ResponseStarted => new(504, "load-balancer.504.idle-timeout",
                $"{at} began its response and sent nothing more of it for the idle timeout ({idle}). Is its Content-Length larger than its body, or does it stall? Raise idle_timeout.timeout_seconds if it may"),
            ForwardOutcome.ResponseTimedOut => new(504, "load-balancer.504.idle-timeout",
                $"{at} did not answer within the idle timeout ({idle}); make it faster, or raise idle_timeout.timeout_seconds"),
            ForwardOutcome.MalformedResponse => new(502, "load-balancer.502.malformed-response", $"{at} sent no valid HTTP response: {result.Detail}"),
            ForwardOutcome.ResponseHeadTooLarge => new(502, "load-balancer.502.response-headers-too-large", $"{at} sent response headers over 32 kB"),
            ForwardOutcome.UpstreamClosedMidBody => new(502, "load-balancer.502.closed-mid-body",
                $"{at} closed the connection before its response was complete. Did its pod end, or is its Content-Length wrong?"),
            ForwardOutcome.MalformedRequestBody => new(400, "load-balancer.400.malformed-body", $"the request's body is malformed: {result.Detail}"),
            ForwardOutcome.ClientTimedOut when result.ResponseStarted => new(408, "load-balancer.408.client-timeout",
                $"the client took nothing of the response for as long as the idle timeout ({idle}); the load balancer closed the connection"),
            ForwardOutcome.ClientTimedOut => new(408, "load-balancer.408.client-timeout", $"the client sent nothing for {idle} before its request was complete"),
            ForwardOutcome.Canceled => new(502, "load-balancer.502.deregistration-delay",
                $"{at} was deregistered, and had not finished when the deregistration delay ({group.DeregistrationDelay.TotalSeconds:0} s) was over; "
                + "make the request faster, or raise deregistration_delay.timeout_seconds"),
            ForwardOutcome.ClientGone => new(460, "load-balancer.460.client-closed", "the client closed the connection before the target answered"),
            _ => new(502, "load-balancer.502.target-failed", $"{at}: {result.Detail}"),
        };
    }
}
