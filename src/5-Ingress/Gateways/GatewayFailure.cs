using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>What a Gateway answers when a backend fails, and how a person gets out of it.</summary>
internal sealed record GatewayFailure(int Status, string Outcome, string Problem)
{
    /// <summary>The answer to a failure, or null when the backend answered.</summary>
    internal static GatewayFailure? Of(in ForwardResult result, GatewayDecision decision)
    {
        var (rule, backend) = (decision.Choice.Match!.Rule, decision.Choice.Backend!);
        var service = $"Service {backend.Backend.Label}";
        var (read, pod) = (decision.Choice.Read, decision.Choice.Read.Pod(backend));
        // What is dialled: the virtual IP, or an endpoint of a headless Service.
        var dialled = read.Endpoint is null ? service : pod;
        return result.Outcome switch
        {
            ForwardOutcome.Completed => null,
            ForwardOutcome.ClientGone => new(499, "ingress.499.client-closed", "the client closed the connection before the backend answered"),
            ForwardOutcome.ClientTimedOut => new(408, "ingress.408.client-timeout", "the client sent or took nothing for too long"),
            ForwardOutcome.MalformedRequestBody => new(400, "ingress.400.malformed-body", $"the request's body is malformed: {result.Detail}"),
            ForwardOutcome.Canceled when rule.Timeout is { } timeout => new(504, "ingress.504.timeout",
                FormattableString.Invariant($"{service} did not answer within {timeout.After.TotalSeconds:0.###} s ({rule.Field}.timeouts.{timeout.Field} of {decision.Choice.Match.Route})")),
            ForwardOutcome.ConnectTimedOut => new(504, "ingress.504.connect-timeout", $"{dialled} did not accept the connection within 10 s"),
            ForwardOutcome.ResponseTimedOut => new(504, "ingress.504.read-timeout", $"{pod} was silent for an hour"),
            ForwardOutcome.ConnectRefused when read.Endpoint is not null => new(503, "ingress.503.connection-refused", $"{pod} refused the connection: nothing listens there"),
            ForwardOutcome.ConnectRefused => new(503, "ingress.503.connection-refused",
                $"{service} {backend.Backend.Front.Declared} refused the connection: it lost its last ready endpoint, or the pod's port isn't open"),
            ForwardOutcome.TlsHandshakeFailed => new(502, "ingress.502.tls-handshake", $"the TLS handshake with {dialled} failed: {result.Detail}. {backend.TlsBy} wants it: does the pod's port speak TLS, with a certificate that it accepts?"),
            ForwardOutcome.MalformedResponse when backend.Http2 => new(502, "ingress.502.malformed-response", $"{pod} sent no valid HTTP/2 response: {result.Detail}. Does its port speak HTTP/2{(backend.Tls is null ? " without TLS" : "")}?"),
            ForwardOutcome.MalformedResponse => new(502, "ingress.502.malformed-response", $"{pod} sent no valid HTTP response: {result.Detail}"),
            ForwardOutcome.ResponseHeadTooLarge => new(502, "ingress.502.response-head-too-large", $"{pod} sent a response head larger than 60 kB"),
            ForwardOutcome.UpstreamClosedBeforeResponse => new(502, "ingress.502.closed-before-response", $"{pod} closed the connection before it answered: did it crash, or stop?"),
            ForwardOutcome.UpstreamClosedMidBody => new(502, "ingress.502.closed-mid-body", $"{pod} closed the connection before its response was complete"),
            ForwardOutcome.UpstreamReset => new(502, "ingress.502.reset", $"{pod} reset the connection: is its port open, did it crash?"),
            _ => new(502, "ingress.502.backend-failed", $"{dialled}: {result.Detail}"),
        };
    }
}
