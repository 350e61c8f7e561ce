namespace Usher.Trace.Otlp;

/// <summary>
/// One posted batch: an <c>ExportTraceServiceRequest</c> of OTLP 1.x
/// (opentelemetry-proto, <c>collector/trace/v1/trace_service.proto</c> and <c>trace/v1/trace.proto</c>). Field numbers are theirs.
/// </summary>
/// <param name="Spans">The spans that were read.</param>
/// <param name="Refused">Spans that were not: beyond the limit, or without a valid trace id and span id.</param>
internal sealed record SpanBatch(IReadOnlyList<ReportedSpan> Spans, int Refused)
{
    private const int MaxSchema = 256;

    /// <summary>Reads a batch.</summary>
    /// <exception cref="MalformedMessageException">The bytes are no such message.</exception>
    public static SpanBatch Read(ReadOnlySpan<byte> message, int limit)
    {
        var spans = new List<ReportedSpan>();
        var refused = 0;
        var request = new ProtoReader(message);
        while (request.Next())
        {
            if (request.Field == 1) ReadResource(request.Bytes(), limit, spans, ref refused);
            else request.Skip();
        }

        return new SpanBatch(spans, refused);
    }

    private static void ReadResource(ReadOnlySpan<byte> message, int limit, List<ReportedSpan> spans, ref int refused)
    {
        // The resource names the service of the spans and may come after them.
        var service = "unknown_service";
        var (resource, schema) = (Array.Empty<byte>(), "");
        var first = new ProtoReader(message);
        while (first.Next())
        {
            if (first.Field == 1)
            {
                resource = first.Bytes().ToArray();
                service = ServiceName(resource) ?? service;
            }
            else if (first.Field == 3) schema = first.Text(MaxSchema);
            else first.Skip();
        }

        var second = new ProtoReader(message);
        while (second.Next())
        {
            if (second.Field == 2) ReadScope(second.Bytes(), service, resource, schema, limit, spans, ref refused);
            else second.Skip();
        }
    }

    private static string? ServiceName(ReadOnlySpan<byte> resource)
    {
        var reader = new ProtoReader(resource);
        string? service = null;
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            var (name, value) = SpanAttributes.Read(reader.Bytes());
            if (name == "service.name" && value is string text) service = text;
        }

        return service;
    }

    private static void ReadScope(ReadOnlySpan<byte> message, string service, byte[] resource, string schema, int limit, List<ReportedSpan> spans, ref int refused)
    {
        var origin = OriginOf(message, resource, schema);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field != 2)
            {
                reader.Skip();
                continue;
            }

            var bytes = reader.Bytes();
            if (spans.Count < limit && ReadSpan(bytes, service) is { } span) spans.Add(span with { Origin = origin, Bytes = bytes.ToArray() });
            else refused++;
        }
    }

    /// <summary>The scope and its schema, which may come after the spans.</summary>
    private static SpanOrigin OriginOf(ReadOnlySpan<byte> message, byte[] resource, string schema)
    {
        var reader = new ProtoReader(message);
        var (scope, scopeSchema) = (Array.Empty<byte>(), "");
        while (reader.Next())
        {
            if (reader.Field == 1) scope = reader.Bytes().ToArray();
            else if (reader.Field == 3) scopeSchema = reader.Text(MaxSchema);
            else reader.Skip();
        }

        return new SpanOrigin(resource, schema, scope, scopeSchema);
    }

    private static ReportedSpan? ReadSpan(ReadOnlySpan<byte> message, string service)
    {
        var reader = new ProtoReader(message);
        string? traceId = null, spanId = null, parentId = null, name = "", statusMessage = null;
        var kind = SpanKind.Unspecified;
        ulong start = 0, end = 0;
        var failed = false;
        List<KeyValuePair<string, object>>? attributes = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: traceId = Id(reader.Bytes(), 16); break;
                case 2: spanId = Id(reader.Bytes(), 8); break;
                case 4: parentId = Id(reader.Bytes(), 8); break;
                case 5: name = reader.Text(256); break;
                case 6: kind = reader.Number() is <= 5 and var number ? (SpanKind)number : SpanKind.Unspecified; break;
                case 7: start = reader.Eight(); break;
                case 8: end = reader.Eight(); break;
                case 9: Keep(reader.Bytes(), ref attributes); break;
                case 15: (failed, statusMessage) = Status(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        if (traceId is null || spanId is null) return null;
        return new ReportedSpan
        {
            TraceId = traceId, SpanId = spanId, ParentId = parentId, Service = service, Name = name, Kind = kind,
            StartedOn = start, EndedOn = Math.Max(start, end), Failed = failed, StatusMessage = statusMessage, Attributes = attributes ?? [],
        };
    }

    private static void Keep(ReadOnlySpan<byte> attribute, ref List<KeyValuePair<string, object>>? attributes)
    {
        var (name, value) = SpanAttributes.Read(attribute);
        if (value is null || !SpanAttributes.Keeps(name) || attributes?.Count >= SpanAttributes.MaxAttributes) return;
        (attributes ??= []).Add(new(name, value));
    }

    private static (bool Failed, string? Message) Status(ReadOnlySpan<byte> status)
    {
        var reader = new ProtoReader(status);
        var code = 0UL;
        string? message = null;
        while (reader.Next())
        {
            if (reader.Field == 2) message = reader.Text(512);
            else if (reader.Field == 3) code = reader.Number();
            else reader.Skip();
        }

        return (code == 2, message);
    }

    /// <summary>An id as hex; null when it has another length or is all zeros, which W3C Trace Context forbids.</summary>
    private static string? Id(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length == length && bytes.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(bytes) : null;
}
