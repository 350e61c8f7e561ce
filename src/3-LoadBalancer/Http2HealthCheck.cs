using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>
/// A health check over HTTP/2, on a connection of its own: a GET to a target of an HTTP2 group; to one of a GRPC group a call of the path as method, with an empty
/// message, whose <c>grpc-status</c> counts (ALB user guide, Health checks for target groups).
/// </summary>
internal static class Http2HealthCheck
{
    private const int MostBodyBytes = 64 * 1024;

    /// <summary>A message of no bytes in gRPC's framing: not compressed, four bytes of length.</summary>
    private static readonly byte[] EmptyMessage = new byte[5];

    /// <summary>The status, or the gRPC status.</summary>
    /// <exception cref="IOException">The connection failed, or there is no such answer.</exception>
    /// <exception cref="HttpRequestException">The same.</exception>
    internal static async Task<int> AskAsync(Stream connection, string host, HealthCheckPlan check, CancellationToken cancellationToken)
    {
        if (connection is SslStream tls && tls.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2) throw new IOException("the target doesn't offer HTTP/2 by ALPN");
        using var session = new Http2Session(connection);
        var grpc = check.Version == ProtocolVersion.Grpc;
        using var request = session.Request(grpc ? "POST" : "GET", check.Path);
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("User-Agent", "ELB-HealthChecker/2.0");
        if (grpc)
        {
            request.Content = new ByteArrayContent(EmptyMessage);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        }

        using var response = await session.SendAsync(request, cancellationToken);
        if (!grpc) return (int)response.StatusCode;
        await DropAsync(response, cancellationToken);
        return GrpcStatus(response) ?? throw new NoGrpcStatusException($"the target's answer has no grpc-status (HTTP {(int)response.StatusCode})");
    }

    /// <summary>Reads the body, behind which the trailers are.</summary>
    private static async Task DropAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[1024];
        for (var left = MostBodyBytes; await body.ReadAsync(buffer, cancellationToken) is var read and > 0;)
            if ((left -= read) < 0) throw new IOException($"the target's answer is longer than {MostBodyBytes / 1024} kB");
    }

    /// <summary>From the trailers, or from the head where the answer is nothing else.</summary>
    private static int? GrpcStatus(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var values) || response.Headers.TryGetValues("grpc-status", out values))
            && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
}

/// <summary>A gRPC target's answer without a status.</summary>
internal sealed class NoGrpcStatusException(string message) : IOException(message);
