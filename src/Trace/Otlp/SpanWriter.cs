using Usher.Trace.Export;

namespace Usher.Trace.Otlp;

/// <summary>Writes spans as an <c>ExportTraceServiceRequest</c> (opentelemetry-proto, <c>trace/v1/trace.proto</c>); field numbers are theirs. Two of them one after the other are one again.</summary>
internal static class SpanWriter
{
    /// <summary>The semantic conventions whose names the attributes have (opentelemetry.io/docs/specs/semconv).</summary>
    internal const string Schema = "https://opentelemetry.io/schemas/1.37.0";

    private const int LongestText = 4_096;
    private const uint IsSampled = 1;
    private const uint KnowsRemote = 0x100;
    private const uint IsRemote = 0x200;

    /// <summary>The message, with the spans of each resource together.</summary>
    public static byte[] Write(IEnumerable<ExportedSpan> spans)
    {
        var writer = new ProtoWriter();
        foreach (var resource in spans.GroupBy(s => s.Resource.Key))
        {
            var ofResource = writer.Begin(1);
            var described = writer.Begin(1);
            foreach (var attribute in resource.First().Resource.Attributes) Attribute(writer, 1, attribute);
            writer.End(described);
            var ofScope = writer.Begin(2);
            var scope = writer.Begin(1);
            writer.Text(1, "usher");
            writer.Text(2, UsherVersion.Text);
            writer.End(scope);
            foreach (var span in resource) Write(writer, span);
            writer.Text(3, Schema);
            writer.End(ofScope);
            writer.Text(3, Schema);
            writer.End(ofResource);
        }

        return writer.ToArray();
    }

    private static void Write(ProtoWriter writer, ExportedSpan span)
    {
        var message = writer.Begin(2);
        writer.Bytes(1, Convert.FromHexString(span.TraceId));
        writer.Bytes(2, Convert.FromHexString(span.SpanId));
        if (span.TraceState is { Length: > 0 } state) writer.Text(3, state);
        if (span.ParentId is { } parent) writer.Bytes(4, Convert.FromHexString(parent));
        writer.Text(5, span.Name);
        writer.Number(6, (ulong)span.Kind);
        writer.Eight(7, span.StartedOn);
        writer.Eight(8, span.EndedOn);
        foreach (var attribute in span.Attributes) Attribute(writer, 9, attribute);
        if (span.Failed)
        {
            var status = writer.Begin(15);
            if (span.StatusMessage is { Length: > 0 } why) writer.Text(2, Cut(why));
            writer.Number(3, 2);
            writer.End(status);
        }

        writer.Four(16, IsSampled | KnowsRemote | (span.ParentIsRemote ? IsRemote : 0));
        writer.End(message);
    }

    private static void Attribute(ProtoWriter writer, int field, KeyValuePair<string, object> attribute)
    {
        var pair = writer.Begin(field);
        writer.Text(1, attribute.Key);
        var value = writer.Begin(2);
        Value(writer, attribute.Value);
        writer.End(value);
        writer.End(pair);
    }

    /// <summary>An <c>AnyValue</c>.</summary>
    private static void Value(ProtoWriter writer, object value)
    {
        switch (value)
        {
            case string text: writer.Text(1, Cut(text)); break;
            case bool flag: writer.Number(2, flag ? 1UL : 0); break;
            case long number: writer.Number(3, (ulong)number); break;
            case int number: writer.Number(3, (ulong)(long)number); break;
            case double number: writer.Eight(4, BitConverter.DoubleToUInt64Bits(number)); break;
            case IEnumerable<string> list:
                var array = writer.Begin(5);
                foreach (var item in list)
                {
                    var element = writer.Begin(1);
                    Value(writer, item);
                    writer.End(element);
                }

                writer.End(array);
                break;
            default: throw new ArgumentException($"no attribute is a {value.GetType().Name}", nameof(value));
        }
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText)}…";
}
