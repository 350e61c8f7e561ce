using System.Text.Json.Nodes;

namespace Usher.Trace.Otlp;

/// <summary>What part a span had in its call (OTLP <c>Span.SpanKind</c>).</summary>
internal enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// <summary>A span that an application reported. Times are nanoseconds of the wall clock since 1970.</summary>
internal sealed record ReportedSpan
{
    public required string TraceId { get; init; }

    public required string SpanId { get; init; }

    public string? ParentId { get; init; }

    public required string Service { get; init; }

    public required string Name { get; init; }

    public SpanKind Kind { get; init; }

    public ulong StartedOn { get; init; }

    public ulong EndedOn { get; init; }

    public bool Failed { get; init; }

    public string? StatusMessage { get; init; }

    /// <summary>The attributes that <see cref="SpanAttributes"/> keeps, in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Attributes { get; init; } = [];

    /// <summary>Under what it came; null where it didn't come over the wire.</summary>
    public SpanOrigin? Origin { get; init; }

    /// <summary>The message as it came, with all its attributes.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>An attribute as text, or null.</summary>
    public string? Text(string name)
    {
        foreach (var (key, value) in Attributes)
        {
            if (key == name) return Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }

        return null;
    }

    /// <summary>An attribute's value as JSON.</summary>
    public static JsonNode Json(object value) => value switch
    {
        bool flag => JsonValue.Create(flag),
        long number => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!),
    };
}
