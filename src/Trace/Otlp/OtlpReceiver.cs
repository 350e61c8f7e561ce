using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Trace.Otlp;

/// <summary>
/// Takes spans by OTLP/HTTP (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Request" and "Response"): binary protobuf or JSON, plain or gzip. Answers are of the request's type.
/// </summary>
internal sealed class OtlpReceiver(SpanIntake intake)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    /// <summary>Serves one <c>POST /v1/traces</c>.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
        if (type is not (Protobuf or Json))
        {
            await Problems.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType,
                $"spans are taken as {Protobuf} or {Json}, not as {type ?? "nothing"}: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
            return;
        }

        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && encoding is not ("gzip" or "identity"))
        {
            await Problems.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"a body may be gzip or plain, not {encoding}");
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = intake.MaxBytes;
        byte[]? body;
        try
        {
            body = await ReadAsync(context.Request.Body, encoding == "gzip", intake.MaxBytes, context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, "the body says that it is gzip, but isn't");
            return;
        }
        catch (BadHttpRequestException rejected)
        {
            await Problems.WriteAsync(context, rejected.StatusCode, rejected.Message);
            return;
        }

        if (body is null)
        {
            await Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, intake.TooLong);
            return;
        }

        if (Take(body, type == Json, out var refused) is { } problem)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, $"the body is no ExportTraceServiceRequest: {problem}");
            return;
        }

        context.Response.ContentType = type;
        var answer = type == Protobuf ? Answer(refused) : Encoding.ASCII.GetBytes(refused == 0 ? "{}" : $$$"""{"partialSuccess":{"rejectedSpans":"{{{refused}}}"}}""");
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>A body whole; null when it is too long.</summary>
    /// <exception cref="InvalidDataException">It is no gzip.</exception>
    internal static async Task<byte[]?> ReadAsync(Stream body, bool gzip, int limit, CancellationToken cancellationToken)
    {
        await using var content = gzip ? new GZipStream(body, CompressionMode.Decompress) : body;
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (all.Length + read > limit) return null;
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>An <c>ExportTraceServiceResponse</c>: empty, or with <c>partial_success.rejected_spans</c>.</summary>
    internal static byte[] Answer(int refused)
    {
        if (refused == 0) return [];
        var writer = new ProtoWriter();
        var partial = writer.Begin(1);
        writer.Number(1, (ulong)refused);
        writer.End(partial);
        return writer.ToArray();
    }

    private string? Take(byte[] body, bool json, out int refused)
    {
        refused = 0;
        try
        {
            return intake.Take(json ? JsonSpans.ToProtobuf(body) : body, out refused);
        }
        catch (MalformedMessageException malformed)
        {
            return malformed.Message;
        }
    }
}
