using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Usher.Trace.Export;

/// <summary>Sends batches to one backend, one attempt at a time.</summary>
internal interface IOtlpSender : IDisposable
{
    /// <summary>Sends a batch once.</summary>
    /// <param name="batch">An <c>ExportTraceServiceRequest</c>.</param>
    /// <param name="cancellationToken">Ends the attempt; only then does it throw.</param>
    Task<SendAnswer> SendAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);
}

/// <summary>
/// OTLP 1.x over HTTP, and over gRPC, which is HTTP/2 with five bytes before the message and the status in the trailers (github.com/grpc/grpc, PROTOCOL-HTTP2). Which answers mean that it may be tried again
/// is the protocol's to say (opentelemetry.io/docs/specs/otlp, "Retryable Response Codes" and "OTLP/gRPC Throttling").
/// </summary>
internal sealed class OtlpSender : IOtlpSender
{
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly OtlpSettings settings;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public OtlpSender(OtlpSettings settings, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A span of the sending would be sent, and so on.
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = settings.Certificates.Tls(),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<SendAnswer> SendAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = settings.Protocol == OtlpProtocol.Grpc ? Grpc(batch) : Http(batch);
            foreach (var (name, value) in settings.Headers)
            {
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content!.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(response, either.Token);
            return settings.Protocol == OtlpProtocol.Grpc ? OfGrpc(response, body) : OfHttp(response, body);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(SendOutcome.Later, string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.Timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(SendOutcome.Later, e.InnerException?.Message ?? e.Message);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Http(ReadOnlyMemory<byte> batch)
    {
        var content = new ReadOnlyMemoryContent(settings.Gzip ? Compressed(batch.Span, 0) : batch);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (settings.Gzip) content.Headers.ContentEncoding.Add("gzip");
        return Request(content, HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower);
    }

    private HttpRequestMessage Grpc(ReadOnlyMemory<byte> batch)
    {
        // Whether it is compressed, and how long it is.
        const int prefix = 5;
        byte[] framed = settings.Gzip ? Compressed(batch.Span, prefix) : [.. new byte[prefix], .. batch.Span];
        framed[0] = settings.Gzip ? (byte)1 : (byte)0;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - prefix);
        var content = new ByteArrayContent(framed);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = Request(content, HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Headers.TE.ParseAdd("trailers");
        if (settings.Gzip) request.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        request.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity");
        request.Headers.TryAddWithoutValidation("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)settings.Timeout.TotalMilliseconds}m"));
        return request;
    }

    private HttpRequestMessage Request(HttpContent content, Version version, HttpVersionPolicy policy)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint) { Content = content, Version = version, VersionPolicy = policy };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("usher", UsherVersion.Text));
        return request;
    }

    private static byte[] Compressed(ReadOnlySpan<byte> batch, int room)
    {
        using var output = new MemoryStream(batch.Length / 4 + 64);
        output.SetLength(room);
        output.Position = room;
        using (var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(batch);
        return output.ToArray();
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        // To its end, so that the connection can be used again and trailers come; of what is too long nothing more is kept.
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (all.Length + read <= MaxAnswerBytes) all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    private SendAnswer OfHttp(HttpResponseMessage response, byte[] body)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        if (response.IsSuccessStatusCode) return type is "application/x-protobuf" ? SendAnswer.OfResponse(body) : new(SendOutcome.Taken);
        var words = SendAnswer.WordsOf(body, type);
        var why = string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}{(words.Length == 0 ? "" : $": {words}")}");
        return (int)response.StatusCode is 429 or 502 or 503 or 504 ? new(SendOutcome.Later, why, After(response)) : new(SendOutcome.Never, why);
    }

    private TimeSpan? After(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    private static SendAnswer OfGrpc(HttpResponseMessage response, byte[] body)
    {
        // Where something between answered in gRPC's place (http-grpc-status-mapping).
        if (Field(response, "grpc-status") is not { } status || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            var http = (int)response.StatusCode;
            var told = string.Create(CultureInfo.InvariantCulture, $"it answered HTTP status {http} and no gRPC status: is this the port for gRPC (4317)?");
            return new(http is 429 or 502 or 503 or 504 ? SendOutcome.Later : SendOutcome.Never, told);
        }

        if (code == 0) return body.Length > 5 && body[0] == 0 ? SendAnswer.OfResponse(body.AsSpan(5)) : new(SendOutcome.Taken);
        var words = Uri.UnescapeDataString(Field(response, "grpc-message") ?? "");
        var why = string.Create(CultureInfo.InvariantCulture, $"it answered gRPC status {code}{(words.Length == 0 ? "" : $": {words}")}");
        var after = Details(response) is { } details ? SendAnswer.RetryInfo(details) : null;
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; RESOURCE_EXHAUSTED only with a time.
        return code is 1 or 4 or 10 or 11 or 14 or 15 || (code == 8 && after is not null) ? new(SendOutcome.Later, why, after) : new(SendOutcome.Never, why);
    }

    private static byte[]? Details(HttpResponseMessage response)
    {
        if (Field(response, "grpc-status-details-bin") is not { } text) return null;
        var bytes = new byte[text.Length];
        // Base64, with or without its padding.
        return Convert.TryFromBase64String(text.TrimEnd('=').PadRight((text.TrimEnd('=').Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>A trailer; or a header, of an answer that is nothing else.</summary>
    private static string? Field(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailer) || response.Headers.TryGetValues(name, out trailer) ? trailer.FirstOrDefault() : null;
}
