using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Journeys;

/// <summary>What a hop tells of a request that it sent on over HTTP/2.</summary>
internal static class Http2Facts
{
    /// <summary>gRPC's status codes by their numbers (gRPC, Status codes and their use).</summary>
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>The protocol, the connection that many requests share, and the status of a gRPC call.</summary>
    internal static void Tell(JsonObject facts, StreamRecord stream, ConnectionId? connection)
    {
        facts["upstreamProtocol"] = stream.Protocol;
        if (connection is not null) facts["upstreamEnds"] = $"{connection.From} → {connection.To}";
        if (stream.GrpcStatus is not { } status) return;
        facts["grpcStatus"] = int.TryParse(status, out var code) && code >= 0 && code < Names.Length ? $"{code} {Names[code]}" : status;
        if (stream.GrpcMessage is { Length: > 0 } message) facts["grpcMessage"] = Uri.UnescapeDataString(message);
    }
}
