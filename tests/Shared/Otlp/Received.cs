using System.Globalization;
using System.Text;
using Usher.Tests.Otlp.Collector;

namespace Usher.Tests.Otlp;

/// <summary>A span as a backend reads it.</summary>
internal sealed record Received(Span Span, IReadOnlyDictionary<string, string> Resource)
{
    private static readonly string[] Kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    internal string Id => Convert.ToHexStringLower(Span.SpanId.Span);

    internal string TraceId => Convert.ToHexStringLower(Span.TraceId.Span);

    internal string? ParentId => Span.ParentSpanId.IsEmpty ? null : Convert.ToHexStringLower(Span.ParentSpanId.Span);

    internal bool ParentIsRemote => (Span.Flags & 0x200) != 0;

    internal string Kind => Kinds[Span.Kind];

    internal string Service => Resource["service.name"];

    internal IReadOnlyDictionary<string, string> Attributes { get; } = Span.Attributes.ToDictionary(a => a.Key, a => Text(a.Value));

    internal static IReadOnlyList<Received> Of(ExportTraceServiceRequest request) =>
    [
        .. from resource in request.ResourceSpans
           let attributes = resource.Resource.Attributes.ToDictionary(a => a.Key, a => Text(a.Value))
           from scope in resource.ScopeSpans
           from span in scope.Spans
           select new Received(span, attributes),
    ];

    internal static IReadOnlyList<Received> Of(byte[] message) => Of(ExportTraceServiceRequest.Parser.ParseFrom(message));

    /// <summary>The tree, a line for each span and one for each of its attributes, with times from the first span's start.</summary>
    internal static string Tree(IReadOnlyList<Received> spans)
    {
        var text = new StringBuilder();
        var known = spans.Select(s => s.Id).ToHashSet();
        var origin = spans.Count == 0 ? 0 : spans.Min(s => s.Span.StartTimeUnixNano);
        foreach (var root in spans.Where(s => s.ParentId is null || !known.Contains(s.ParentId))) Write(root, 0);
        return text.ToString();

        void Write(Received span, int depth)
        {
            var indent = new string(' ', depth * 4);
            var status = span.Span.Status is { Code: 2 } failed ? $" ERROR {failed.Message}" : "";
            var remote = span.ParentIsRemote ? $" below {span.ParentId}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{indent}{span.Span.Name} [{span.Kind}] {span.Service} {span.Id}{remote} at {Ms(span.Span.StartTimeUnixNano - origin)} for {Ms(span.Span.EndTimeUnixNano - span.Span.StartTimeUnixNano)} ms{status}\n");
            foreach (var (name, value) in span.Resource.Where(a => a.Key is not "service.name" && !a.Key.StartsWith("telemetry.", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"{indent}    @{name}: {value}\n");
            foreach (var (name, value) in span.Attributes) text.Append(CultureInfo.InvariantCulture, $"{indent}    {name}: {value}\n");
            foreach (var child in spans.Where(s => s.ParentId == span.Id)) Write(child, depth + 1);
        }

        static string Ms(ulong nanoseconds) => (nanoseconds / 1e6).ToString("0.###", CultureInfo.InvariantCulture);
    }

    private static string Text(AnyValue? value) => value?.ValueCase switch
    {
        null => "",
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => $"[{string.Join(", ", value.ArrayValue.Values.Select(Text))}]",
        _ => value!.ToString(),
    };
}
