using System.Globalization;
using System.Text;
using Usher.Seam;

namespace Usher.Ingress.Gateways;

/// <summary>An answer of the Gateway's own: in plain text, and to a gRPC call as a gRPC status (gRPC, HTTP to gRPC status code mapping), since its client reads no other.</summary>
internal static class GatewayReply
{
    internal static ValueTask AnswerAsync(RequestPassage passage, int status, IReadOnlyList<KeyValuePair<string, string>> headers, string? outcome, string? problem)
    {
        if (status >= 400 && IsGrpc(passage))
        {
            return passage.AnswerAsync(
                200, [new("Content-Type", "application/grpc"), new("grpc-status", Code(status)), new("grpc-message", NginxPhrase.Of(status)), .. headers], default, outcome, problem);
        }

        var body = string.Create(CultureInfo.InvariantCulture, $"{status} {NginxPhrase.Of(status)}\n");
        return passage.AnswerAsync(status, [new("Content-Type", "text/plain"), .. headers], Encoding.ASCII.GetBytes(body), outcome, problem);
    }

    private static bool IsGrpc(RequestPassage passage) => passage.Exchange.Request.TryGet("Content-Type"u8, out var type) && type.StartsWith("application/grpc"u8);

    private static string Code(int status) => status switch
    {
        400 => "13",
        401 => "16",
        403 => "7",
        404 => "12",
        // An invalid backend is UNAVAILABLE too (Gateway API, GRPCRouteRule).
        429 or 500 or 502 or 503 or 504 => "14",
        _ => "2",
    };
}
