using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What a target group's targets speak: its <c>ProtocolVersion</c> (ELBv2 API, CreateTargetGroup).</summary>
internal enum ProtocolVersion : byte
{
    Http1,
    Http2,
    Grpc,
}

/// <summary>What a request is, to a target group's protocol version.</summary>
internal enum RequestProtocol : byte
{
    /// <summary>HTTP/1.1 or 1.0, whatever it carries.</summary>
    Http1,

    /// <summary>HTTP/2.</summary>
    Http2,

    /// <summary>A gRPC call over HTTP/2.</summary>
    Grpc,
}

/// <summary>
/// Which requests go to which target groups (ALB user guide, Target groups, Protocol version); the others are answered 464 (Troubleshoot, HTTP 464).
/// <list type="table">
/// <item>HTTP1 takes HTTP/1.1 and HTTP/2, but no gRPC.</item>
/// <item>HTTP2 takes HTTP/2 and gRPC, but no HTTP/1.1.</item>
/// <item>GRPC takes gRPC and HTTP/2, of which only POST, but no HTTP/1.1.</item>
/// </list>
/// </summary>
internal static class ProtocolMatrix
{
    /// <summary>Whether a request goes to a group of this version.</summary>
    internal static bool Accepts(ProtocolVersion version, RequestProtocol request, string method) => version switch
    {
        ProtocolVersion.Http1 => request != RequestProtocol.Grpc,
        ProtocolVersion.Http2 => request != RequestProtocol.Http1,
        _ => request != RequestProtocol.Http1 && method == "POST",
    };

    /// <summary>Why a request doesn't go to a group: the journey's code, and the way out.</summary>
    internal static (string Outcome, string Problem) Mismatch(TargetGroupPlan group, RequestProtocol request, string method) => (group.Version, request) switch
    {
        (ProtocolVersion.Http1, _) => ("load-balancer.464.grpc-request",
            $"the request is a gRPC call, and target group {group.Name} speaks HTTP/1.1 to its targets; let its protocolVersion be GRPC"),
        (_, RequestProtocol.Http1) => ("load-balancer.464.http1-request",
            $"the request came over HTTP/1.1, and target group {group.Name} (protocolVersion {group.Version.Text()}) takes HTTP/2 alone; let the client offer h2 by ALPN, and routing.http2.enabled be true"),
        _ => ("load-balancer.464.method",
            $"the method is {method}, and target group {group.Name} (protocolVersion GRPC) takes POST alone, as gRPC calls are; send it to a group of protocolVersion HTTP2 or HTTP1"),
    };

    /// <summary>What a request on the wire is. gRPC is known by its content type: <c>application/grpc</c>, alone or with <c>+proto</c> and the like, but not <c>application/grpc-web</c>, which is made for HTTP/1.1 (gRPC over HTTP/2, Requests).</summary>
    internal static RequestProtocol Of(RequestHead request) => request.Version < 20 ? RequestProtocol.Http1
        : request.TryGet("Content-Type"u8, out var type) && IsGrpc(type) ? RequestProtocol.Grpc : RequestProtocol.Http2;

    /// <summary>What a request is that is only decided: what a client would speak that knows HTTP/2.</summary>
    internal static RequestProtocol Of(ListenerPlan listener, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (!listener.Https || !listener.Attributes.Http2) return RequestProtocol.Http1;
        var type = headers.FirstOrDefault(h => h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        return type is not null && IsGrpc(System.Text.Encoding.Latin1.GetBytes(type)) ? RequestProtocol.Grpc : RequestProtocol.Http2;
    }

    /// <summary>As the API spells it.</summary>
    internal static string Text(this ProtocolVersion version) => version switch
    {
        ProtocolVersion.Http1 => "HTTP1",
        ProtocolVersion.Http2 => "HTTP2",
        _ => "GRPC",
    };

    /// <summary>As a person says it.</summary>
    internal static string Text(this RequestProtocol request) => request switch
    {
        RequestProtocol.Http1 => "HTTP/1.1",
        RequestProtocol.Http2 => "HTTP/2",
        _ => "gRPC",
    };

    private static bool IsGrpc(ReadOnlySpan<byte> type)
    {
        const int length = 16;
        return type.Length >= length && System.Text.Ascii.EqualsIgnoreCase(type[..length], "application/grpc"u8)
            && (type.Length == length || type[length] is (byte)'+' or (byte)';' or (byte)' ');
    }
}
