using Usher.Model.Contracts;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>What nginx answers when a backend fails, and how a person gets out of it.</summary>
internal sealed record BackendFailure(int Status, string Outcome, string Problem)
{
    /// <summary>The answer to a failure, or null when the backend answered.</summary>
    internal static BackendFailure? Of(in ForwardResult result, IngressDecision decision) =>
        result.Outcome == ForwardOutcome.Completed ? null : Of(result, decision.Choice.Route!, decision.Choice.Backend!, decision.Choice.Endpoint);

    /// <summary>The same of a backend and its endpoint; null where its virtual IP was dialled.</summary>
    internal static BackendFailure? Of(in ForwardResult result, RoutePlan route, BackendPlan backend, FrontEndpoint? endpoint)
    {
        if (result.Outcome == ForwardOutcome.Completed) return null;
        var options = route.Rules.Proxy.Forward;
        // What was dialled, and whose fault it is.
        var dialled = endpoint is not null ? $"{endpoint.Label} of Service {backend.Label}" : $"Service {backend.Label} {backend.Front.Declared}";
        var pod = endpoint is null ? $"a pod of Service {backend.Label}" : dialled;
        return result.Outcome switch
        {
            ForwardOutcome.ConnectRefused when endpoint is not null => new(502, "ingress.502.connection-refused", $"{dialled} refused the connection: is its port, the Service's targetPort, open, or did it stop?"),
            ForwardOutcome.ConnectRefused => new(502, "ingress.502.connection-refused",
                $"{dialled} refused the connection: it lost its last ready endpoint, or the pod's port isn't open"),
            ForwardOutcome.ConnectTimedOut => new(504, "ingress.504.connect-timeout", $"{dialled} did not accept the connection within {Seconds(options.ConnectTimeout)} (proxy-connect-timeout)"),
            ForwardOutcome.TlsHandshakeFailed => new(502, "ingress.502.tls-handshake",
                $"the TLS handshake with {dialled} failed: {result.Detail}. backend-protocol is HTTPS: does the pod's port speak it, with a certificate that proxy-ssl-* accepts?"),
            ForwardOutcome.UpstreamClosedBeforeResponse => new(502, "ingress.502.closed-before-response",
                $"{pod} closed the connection before it answered: did it crash, or stop?"),
            ForwardOutcome.UpstreamClosedMidBody => new(502, "ingress.502.closed-mid-body",
                $"{pod} closed the connection before its response was complete: did it crash, or is its Content-Length wrong?"),
            ForwardOutcome.UpstreamReset when result.ResponseStarted => new(502, "ingress.502.reset", $"{pod} reset the connection before its response was complete: did it crash?"),
            ForwardOutcome.UpstreamReset => new(502, "ingress.502.reset", $"{pod} reset the connection: is its port open, did it crash?"),
            ForwardOutcome.ResponseTimedOut => new(504, "ingress.504.read-timeout", $"{pod} did not answer within {Seconds(options.ResponseTimeout)} (proxy-read-timeout)"),
            ForwardOutcome.ResponseHeadTooLarge => new(502, "ingress.502.response-head-too-large",
                $"{pod} sent a response head larger than proxy-buffer-size, {IngressAnswer.Size(options.ResponseHeadLimits.TotalBytes)} here ('upstream sent too big header'): raise it, or send fewer and smaller headers and cookies"),
            ForwardOutcome.MalformedResponse when route.Rules.BackendHttp2 => new(502, "ingress.502.malformed-response",
                $"{pod} sent no valid HTTP/2 response: {result.Detail}. backend-protocol is {(route.Rules.BackendTls is null ? "GRPC" : "GRPCS")}: does the pod's port speak HTTP/2{(route.Rules.BackendTls is null ? " without TLS" : "")}?"),
            ForwardOutcome.MalformedResponse => new(502, "ingress.502.malformed-response",
                $"{pod} sent no valid HTTP response: {result.Detail}"),
            ForwardOutcome.Declined => new(502, "ingress.502.no-other-endpoint", $"{pod} answered {result.StatusCode}, and there is no other endpoint to try (proxy-next-upstream)"),
            ForwardOutcome.RequestBodyTooLarge => new(413, "ingress.413.body-too-large",
                $"the body grew longer than proxy-body-size allows, {IngressAnswer.Size(options.MaxRequestBody)} here; set nginx.ingress.kubernetes.io/proxy-body-size on Ingress {route.Ingress.Short}"),
            ForwardOutcome.MalformedRequestBody => new(400, "ingress.400.malformed-body", $"the request's body is malformed: {result.Detail}"),
            ForwardOutcome.ClientTimedOut when result.ResponseStarted => new(408, "ingress.408.client-timeout", "the client took nothing of the response for 75 s; the ingress closed the connection"),
            ForwardOutcome.ClientTimedOut => new(408, "ingress.408.client-timeout", "the client sent nothing for 60 s before its request was complete"),
            ForwardOutcome.ClientGone => new(499, "ingress.499.client-closed", "the client closed the connection before the backend answered"),
            _ => new(502, "ingress.502.backend-failed", $"{dialled}: {result.Detail}"),
        };
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.###} s");
}
