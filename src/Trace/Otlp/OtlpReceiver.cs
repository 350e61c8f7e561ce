using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Trace.Otlp;

/// <summary>
/// Takes spans by OTLP/HTTP (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Request" and "Response"): binary protobuf, plain or gzip.
/// </summary>
internal sealed class OtlpReceiver(SpanStore spans, TraceOptions options)
{
    private const string Protobuf = "application/x-protobuf";

    /// <summary>Serves one <c>POST /v1/traces</c>.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (!Protobuf.Equals(type, StringComparison.OrdinalIgnoreCase))
        {
            await Problems.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType,
                $"spans are taken as {Protobuf}, not as {type ?? "nothing"}: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
            return;
        }

        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && encoding is not ("gzip" or "identity"))
        {
            await Problems.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"a body may be gzip or plain, not {encoding}");
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.SpanBatchBytes;
        byte[]? body;
        try
        {
            await using var content = encoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
            body = await ReadAsync(content, context.RequestAborted);
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
            await Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge,
                $"a batch may have {options.SpanBatchBytes} bytes; lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE");
            return;
        }

        if (Take(body, out var refused) is { } problem)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, $"the body is no ExportTraceServiceRequest: {problem}");
            return;
        }

        context.Response.ContentType = Protobuf;
        await context.Response.Body.WriteAsync(Answer(refused), context.RequestAborted);
    }

    /// <summary>Takes one decoded body.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Take(ReadOnlySpan<byte> body, out int refused)
    {
        refused = 0;
        try
        {
            var batch = SpanBatch.Read(body, options.SpansPerBatch);
            refused = batch.Refused + spans.Add(batch.Spans);
            return null;
        }
        catch (MalformedMessageException malformed)
        {
            return malformed.Message;
        }
    }

    private async Task<byte[]?> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (all.Length + read > options.SpanBatchBytes) return null;
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>An <c>ExportTraceServiceResponse</c>: empty, or with <c>partial_success.rejected_spans</c>.</summary>
    private static byte[] Answer(int refused)
    {
        if (refused == 0) return [];
        var inner = new List<byte> { 0x08 };
        for (var rest = (uint)refused; ; rest >>= 7)
        {
            inner.Add((byte)(rest > 0x7f ? rest | 0x80 : rest));
            if (rest <= 0x7f) break;
        }

        return [0x0a, (byte)inner.Count, .. inner];
    }
}
