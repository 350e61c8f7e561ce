using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Usher.Pod;

/// <summary>The kubelet's gRPC probe (<c>pkg/probe/grpc</c>): <c>grpc.health.v1.Health/Check</c> over HTTP/2 without TLS; passes on SERVING.</summary>
internal sealed class GrpcProbe : IDisposable
{
    private const int Serving = 1;
    private const int MostBodyBytes = 1024;
    private static readonly string[] Statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    private readonly HttpMessageInvoker invoker = new(ProbeHandler.Make());

    public async Task<ProbeResult> AskAsync(PodPlan pod, GrpcAction action, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{pod.Address!.Declared}:{action.Port}/grpc.health.v1.Health/Check"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Question(action.Service)),
        };
        request.To(pod);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("User-Agent", ProbeHandler.Agent);
        using var response = await invoker.SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostBodyBytes];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK) return ProbeResult.Failed($"error: health rpc probe failed: unexpected HTTP status code {(int)response.StatusCode}");
        return Code(response) switch
        {
            "0" => Judge(buffer.AsSpan(0, length)),
            "12" => ProbeResult.Failed("error: this server does not implement the grpc health protocol (grpc.health.v1.Health)"),
            var code => ProbeResult.Failed($"error: health rpc probe failed: rpc error: code = {code ?? "none"}"),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();

    /// <summary>A HealthCheckRequest in gRPC's framing: not compressed, its length, then field 1 (<c>service</c>) unless it is empty.</summary>
    internal static byte[] Question(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var message = new List<byte>();
        if (name.Length > 0)
        {
            message.Add(0x0A);
            for (var rest = (uint)name.Length; ; rest >>= 7)
            {
                message.Add((byte)(rest > 127 ? rest | 128 : rest));
                if (rest <= 127) break;
            }

            message.AddRange(name);
        }

        return [0, (byte)(message.Count >> 24), (byte)(message.Count >> 16), (byte)(message.Count >> 8), (byte)message.Count, .. message];
    }

    // HealthCheckResponse: field 1, a varint; left out when it is 0.
    private static ProbeResult Judge(ReadOnlySpan<byte> frame)
    {
        var status = frame.Length >= 7 && frame[5] == 0x08 ? frame[6] : 0;
        return status == Serving
            ? ProbeResult.Passed
            : ProbeResult.Failed($"service unhealthy (responded with \"{(status < Statuses.Length ? Statuses[status] : status.ToString(System.Globalization.CultureInfo.InvariantCulture))}\")");
    }

    private static string? Code(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) || response.Headers.TryGetValues("grpc-status", out trailing)
            ? trailing.FirstOrDefault()
            : null;
}
