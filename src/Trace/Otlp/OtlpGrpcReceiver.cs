using System.Buffers.Binary;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Trace.Otlp;

/// <summary>
/// Takes spans by OTLP/gRPC: the one unary method <c>TraceService/Export</c>, as gRPC has it on HTTP/2 (github.com/grpc/grpc, PROTOCOL-HTTP2): five bytes before each message, the status in the trailers.
/// </summary>
internal sealed class OtlpGrpcReceiver(SpanIntake intake)
{
    /// <summary>The method's path.</summary>
    public const string Path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    private const int Prefix = 5;
    private const int InvalidArgument = 3;
    private const int ResourceExhausted = 8;
    private const int Unimplemented = 12;

    /// <summary>Serves one call.</summary>
    public async Task ReceiveAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = intake.MaxBytes + Prefix;
        try
        {
            if (await OtlpReceiver.ReadAsync(context.Request.Body, gzip: false, intake.MaxBytes + Prefix, context.RequestAborted) is not { } framed)
            {
                await EndAsync(context, ResourceExhausted, intake.TooLong);
                return;
            }

            if (framed.Length < Prefix || BinaryPrimitives.ReadUInt32BigEndian(framed.AsSpan(1)) != framed.Length - Prefix)
            {
                await EndAsync(context, InvalidArgument, "the call has no message, or its length isn't what it says");
                return;
            }

            ReadOnlyMemory<byte> message = framed.AsMemory(Prefix);
            if (framed[0] != 0)
            {
                if (context.Request.Headers["grpc-encoding"] != "gzip")
                {
                    await EndAsync(context, Unimplemented, "a message may be gzip or plain", ("grpc-accept-encoding", "identity,gzip"));
                    return;
                }

                if (await OtlpReceiver.ReadAsync(new MemoryStream(framed, Prefix, framed.Length - Prefix), gzip: true, intake.MaxBytes, context.RequestAborted) is not { } plain)
                {
                    await EndAsync(context, ResourceExhausted, intake.TooLong);
                    return;
                }

                message = plain;
            }

            if (intake.Take(message, out var refused) is { } problem) await EndAsync(context, InvalidArgument, $"the message is no ExportTraceServiceRequest: {problem}");
            else await AnswerAsync(context, OtlpReceiver.Answer(refused));
        }
        catch (InvalidDataException)
        {
            await EndAsync(context, InvalidArgument, "the message says that it is gzip, but isn't");
        }
        catch (BadHttpRequestException rejected)
        {
            await EndAsync(context, ResourceExhausted, rejected.Message);
        }
    }

    /// <summary>Ends a call without a message: the status is in the head.</summary>
    /// <param name="context">The call.</param>
    /// <param name="status">gRPC's code.</param>
    /// <param name="message">Why.</param>
    /// <param name="headers">More of the head.</param>
    public static Task EndAsync(HttpContext context, int status, string message, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        context.Response.Headers["grpc-status"] = status.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
        return context.Response.CompleteAsync();
    }

    private static async Task AnswerAsync(HttpContext context, byte[] message)
    {
        var framed = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, Prefix);
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(framed, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
