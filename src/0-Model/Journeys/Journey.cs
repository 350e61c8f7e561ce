using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Usher.Model.Journeys;

/// <summary>The record of one request over all hops, out and back, as it is printed and sent. Fields may be added, never renamed.</summary>
public sealed record Journey
{
    /// <summary>Unique: the root that the load balancer minted, or its <c>Self</c> field when the client brought a root.</summary>
    public required string Id { get; init; }

    /// <summary>The W3C trace id.</summary>
    public string? TraceId { get; init; }

    /// <summary>The span of the client's that the request came from, by its <c>traceparent</c>; null when it brought none.</summary>
    public string? ParentSpanId { get; init; }

    /// <summary>False when the client's <c>traceparent</c> said that the trace isn't recorded; null otherwise.</summary>
    public bool? Sampled { get; init; }

    /// <summary>The <c>tracestate</c> beside it, or null.</summary>
    public string? TraceState { get; init; }

    /// <summary>Whether the client reported its side (<c>usher trace</c>, a browser's visit); null when it didn't.</summary>
    public bool? Reported { get; init; }

    /// <summary>The load balancer's generation.</summary>
    public long Generation { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The URL, as the client sent it.</summary>
    public required string Url { get; init; }

    /// <summary>The status that the client got; null when nothing answered, and in an explanation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Status { get; init; }

    /// <summary><c>ok</c>, or the failing hop's own code.</summary>
    public required string Outcome { get; init; }

    /// <summary>The hop that produced the status; null when nothing answered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? AnsweredBy { get; init; }

    /// <summary>When the client's first act began; in JSON in UTC, to the millisecond.</summary>
    [JsonConverter(typeof(UtcTimeConverter))]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>From the first act to the last byte.</summary>
    public double? DurationMs { get; init; }

    /// <summary>What went wrong and the way out, in words; null when nothing did.</summary>
    public string? Problem { get; init; }

    /// <summary>The visit that a browser's request belongs to, or null.</summary>
    public string? Visit { get; init; }

    /// <summary>The hops in the order of the road.</summary>
    public required IReadOnlyList<HopReport> Hops { get; init; }
}

/// <summary>One hop of a journey.</summary>
public sealed record HopReport
{
    /// <summary>The road's step, 1–10.</summary>
    public required int Step { get; init; }

    /// <summary>Which hop.</summary>
    public required Hop Hop { get; init; }

    /// <summary>For the two hops that occur twice: <c>node</c> (NodePort) or <c>clusterIP</c>.</summary>
    public string? At { get; init; }

    /// <summary>The object that acted.</summary>
    public required string Name { get; init; }

    /// <summary>How this is known.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>From the client's first act; null in an explanation.</summary>
    public double? StartMs { get; init; }

    /// <summary>How long the hop had the request; null in an explanation.</summary>
    public double? DurationMs { get; init; }

    /// <summary>False where the request went wrong.</summary>
    public bool Ok { get; init; } = true;

    /// <summary>The choice in one line.</summary>
    public required string Decision { get; init; }

    /// <summary>The facts.</summary>
    public JsonObject Facts { get; init; } = [];

    /// <summary>Every candidate, and why it won or lost.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>What the hop changed on the way out; null for a hop that does not read HTTP.</summary>
    public RequestReport? Request { get; init; }

    /// <summary>What came back through it; null for a hop that does not read HTTP.</summary>
    public ResponseReport? Response { get; init; }
}

/// <summary>Header changes on the way out.</summary>
public sealed record RequestReport
{
    /// <summary>Headers added.</summary>
    public IReadOnlyDictionary<string, string> Added { get; init; } = new Dictionary<string, string>();

    /// <summary>Names removed.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>Headers whose value was changed, with the new value.</summary>
    public IReadOnlyDictionary<string, string> Rewritten { get; init; } = new Dictionary<string, string>();
}

/// <summary>The answer as it passed a hop.</summary>
public sealed record ResponseReport
{
    /// <summary>The status that the hop passed on or made; null when none.</summary>
    public int? Status { get; init; }

    /// <summary>When its first byte passed, from the client's first act.</summary>
    public double? AtMs { get; init; }

    /// <summary>When its last byte passed.</summary>
    public double? EndMs { get; init; }

    /// <summary>Headers added.</summary>
    public IReadOnlyDictionary<string, string> Added { get; init; } = new Dictionary<string, string>();

    /// <summary>Names removed.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>Headers whose value was changed, with the new value.</summary>
    public IReadOnlyDictionary<string, string> Rewritten { get; init; } = new Dictionary<string, string>();
}

/// <summary>Writes a moment as <c>2026-11-23T14:00:00.000Z</c>.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.AddTicks(TimeSpan.TicksPerMillisecond / 2).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}

/// <summary>Writes and reads journeys as JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Journey))]
[JsonSerializable(typeof(IReadOnlyList<Journey>))]
public sealed partial class JourneyJson : JsonSerializerContext
{
    // Made when it is first asked for: what is generated may not be there before.
    private static JourneyJson Indented => field ??= new(new JsonSerializerOptions(Default.Options)
    {
        WriteIndented = true,
        // Read by people and by jq, and never put into a page as it is: an arrow stays an arrow.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A journey as <c>usher trace --json</c> prints it.</summary>
    public static string Print(Journey journey) => JsonSerializer.Serialize(journey, Indented.Journey);
}
