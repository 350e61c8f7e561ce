using System.Globalization;
using System.Text.Json;

namespace Usher.Trace.Otlp;

/// <summary>
/// Turns an <c>ExportTraceServiceRequest</c> in JSON into its protocol buffer (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"): names in lower camel case, ids in hex, 64-bit numbers as text or numbers,
/// enumerations as numbers. Names that nobody knows are passed over.
/// </summary>
internal static class JsonSpans
{
    /// <summary>The message.</summary>
    /// <exception cref="MalformedMessageException">It is no such JSON; says where.</exception>
    public static byte[] ToProtobuf(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var writer = new ProtoWriter();
            foreach (var resource in List(document.RootElement, "resourceSpans")) Resource(writer, resource);
            return writer.ToArray();
        }
        catch (JsonException e)
        {
            throw new MalformedMessageException($"it is no JSON: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new MalformedMessageException($"a value has another type than its field: {e.Message}");
        }
    }

    private static void Resource(ProtoWriter writer, JsonElement spans)
    {
        var message = writer.Begin(1);
        if (Found(spans, "resource") is { } resource)
        {
            var described = writer.Begin(1);
            Attributes(writer, 1, resource);
            writer.End(described);
        }

        foreach (var scoped in List(spans, "scopeSpans"))
        {
            var ofScope = writer.Begin(2);
            if (Found(scoped, "scope") is { } scope)
            {
                var named = writer.Begin(1);
                Text(writer, 1, scope, "name");
                Text(writer, 2, scope, "version");
                Attributes(writer, 3, scope);
                writer.End(named);
            }

            foreach (var span in List(scoped, "spans")) Span(writer, span);
            Text(writer, 3, scoped, "schemaUrl");
            writer.End(ofScope);
        }

        Text(writer, 3, spans, "schemaUrl");
        writer.End(message);
    }

    private static void Span(ProtoWriter writer, JsonElement span)
    {
        var message = writer.Begin(2);
        Id(writer, 1, span, "traceId");
        Id(writer, 2, span, "spanId");
        Text(writer, 3, span, "traceState");
        Id(writer, 4, span, "parentSpanId");
        Text(writer, 5, span, "name");
        Number(writer, 6, span, "kind");
        Moment(writer, 7, span, "startTimeUnixNano");
        Moment(writer, 8, span, "endTimeUnixNano");
        Attributes(writer, 9, span);
        Number(writer, 10, span, "droppedAttributesCount");
        foreach (var happened in List(span, "events"))
        {
            var part = writer.Begin(11);
            Moment(writer, 1, happened, "timeUnixNano");
            Text(writer, 2, happened, "name");
            Attributes(writer, 3, happened);
            Number(writer, 4, happened, "droppedAttributesCount");
            writer.End(part);
        }

        Number(writer, 12, span, "droppedEventsCount");
        foreach (var link in List(span, "links"))
        {
            var part = writer.Begin(13);
            Id(writer, 1, link, "traceId");
            Id(writer, 2, link, "spanId");
            Text(writer, 3, link, "traceState");
            Attributes(writer, 4, link);
            Number(writer, 5, link, "droppedAttributesCount");
            Four(writer, 6, link, "flags");
            writer.End(part);
        }

        Number(writer, 14, span, "droppedLinksCount");
        if (Found(span, "status") is { } status)
        {
            var part = writer.Begin(15);
            Text(writer, 2, status, "message");
            Number(writer, 3, status, "code");
            writer.End(part);
        }

        Four(writer, 16, span, "flags");
        writer.End(message);
    }

    private static void Attributes(ProtoWriter writer, int field, JsonElement of)
    {
        foreach (var attribute in List(of, "attributes")) Pair(writer, field, attribute);
    }

    private static void Pair(ProtoWriter writer, int field, JsonElement attribute)
    {
        var pair = writer.Begin(field);
        Text(writer, 1, attribute, "key");
        if (Found(attribute, "value") is { } given)
        {
            var value = writer.Begin(2);
            Value(writer, given);
            writer.End(value);
        }

        writer.End(pair);
    }

    /// <summary>An <c>AnyValue</c>; the reader bounds how deep one may be.</summary>
    private static void Value(ProtoWriter writer, JsonElement value)
    {
        if (Found(value, "stringValue") is { } text) writer.Text(1, text.GetString()!);
        else if (Found(value, "boolValue") is { } flag) writer.Number(2, flag.GetBoolean() ? 1UL : 0);
        else if (Found(value, "intValue") is { } number) writer.Number(3, (ulong)Whole(number));
        else if (Found(value, "doubleValue") is { } fraction) writer.Eight(4, BitConverter.DoubleToUInt64Bits(fraction.ValueKind == JsonValueKind.String ? double.Parse(fraction.GetString()!, CultureInfo.InvariantCulture) : fraction.GetDouble()));
        else if (Found(value, "arrayValue") is { } array)
        {
            var list = writer.Begin(5);
            foreach (var item in List(array, "values"))
            {
                var element = writer.Begin(1);
                Value(writer, item);
                writer.End(element);
            }

            writer.End(list);
        }
        else if (Found(value, "kvlistValue") is { } pairs)
        {
            var list = writer.Begin(6);
            foreach (var item in List(pairs, "values")) Pair(writer, 1, item);
            writer.End(list);
        }
        else if (Found(value, "bytesValue") is { } bytes) writer.Bytes(7, bytes.GetBytesFromBase64());
    }

    private static void Id(ProtoWriter writer, int field, JsonElement of, string name)
    {
        if (Found(of, name)?.GetString() is { Length: > 0 } hex) writer.Bytes(field, Convert.FromHexString(hex));
    }

    private static void Text(ProtoWriter writer, int field, JsonElement of, string name)
    {
        if (Found(of, name)?.GetString() is { Length: > 0 } text) writer.Text(field, text);
    }

    private static void Number(ProtoWriter writer, int field, JsonElement of, string name)
    {
        if (Found(of, name) is { } number) writer.Number(field, (ulong)Whole(number));
    }

    private static void Four(ProtoWriter writer, int field, JsonElement of, string name)
    {
        if (Found(of, name) is { } number) writer.Four(field, (uint)Whole(number));
    }

    private static void Moment(ProtoWriter writer, int field, JsonElement of, string name)
    {
        if (Found(of, name) is not { } time) return;
        writer.Eight(field, time.ValueKind == JsonValueKind.String ? ulong.TryParse(time.GetString(), CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"{name} is no number") : time.GetUInt64());
    }

    private static long Whole(JsonElement number) =>
        number.ValueKind != JsonValueKind.String ? number.GetInt64() : long.TryParse(number.GetString(), CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"'{number}' is no number");

    private static List<JsonElement> List(JsonElement of, string name) => Found(of, name) is { } list ? list.EnumerateArray().ToList() : [];

    /// <summary>A field; null where it isn't there, or null.</summary>
    private static JsonElement? Found(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
