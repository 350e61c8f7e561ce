using System.Globalization;
using System.Text;

namespace Usher.Trace.Otlp;

/// <summary>Attributes of spans and resources: which are kept, and their values.</summary>
internal static class SpanAttributes
{
    private const int MaxText = 1_024;
    private const int MaxDepth = 4;
    private const int MaxElements = 16;

    /// <summary>Families of the OpenTelemetry semantic conventions that tell what a span did; others are left out.</summary>
    private static readonly string[] Kept =
        ["http.", "url.", "server.", "client.", "network.", "db.", "rpc.", "messaging.", "error.", "exception.", "aspnetcore.", "peer."];

    /// <summary>Attributes kept of one span.</summary>
    public const int MaxAttributes = 48;

    /// <summary>Whether an attribute of a span is kept.</summary>
    public static bool Keeps(string name) => Array.Exists(Kept, family => name.StartsWith(family, StringComparison.Ordinal));

    /// <summary>Reads one <c>KeyValue</c>.</summary>
    public static (string Name, object? Value) Read(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        var name = "";
        object? value = null;
        while (reader.Next())
        {
            if (reader.Field == 1) name = reader.Text(256);
            else if (reader.Field == 2) value = Value(reader.Bytes(), 0);
            else reader.Skip();
        }

        return (name, value);
    }

    /// <summary>Reads an <c>AnyValue</c>; a list becomes text.</summary>
    private static object? Value(ReadOnlySpan<byte> message, int depth)
    {
        if (depth > MaxDepth) return "…";
        var reader = new ProtoReader(message);
        object? value = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: value = reader.Text(MaxText); break;
                case 2: value = reader.Number() != 0; break;
                case 3: value = (long)reader.Number(); break;
                case 4: value = BitConverter.UInt64BitsToDouble(reader.Eight()); break;
                case 5: value = List(reader.Bytes(), depth); break;
                case 7: value = Convert.ToHexStringLower(Cut(reader.Bytes())); break;
                default: reader.Skip(); break;
            }
        }

        return value;
    }

    private static string List(ReadOnlySpan<byte> message, int depth)
    {
        var reader = new ProtoReader(message);
        var text = new StringBuilder();
        for (var count = 0; reader.Next(); count++)
        {
            if (reader.Field != 1 || count >= MaxElements)
            {
                reader.Skip();
                continue;
            }

            if (count > 0) text.Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"{Value(reader.Bytes(), depth + 1)}");
        }

        return text.Length <= MaxText ? text.ToString() : text.ToString(0, MaxText) + "…";
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> bytes) => bytes.Length > 64 ? bytes[..64] : bytes;
}
