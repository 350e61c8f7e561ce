using System.Buffers;
using System.Text;

namespace Usher.Wire;

/// <summary>
/// The trailer section of a chunked body (RFC 9112 section 7.1.2): gathered as bytes while it comes, and its fields read once it is whole. Fields that may not be merged
/// into a message by who doesn't know them are left out, and so are lines that are none.
/// </summary>
internal sealed class TrailerSection
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private List<KeyValuePair<string, string>>? _fields;

    /// <summary>The fields in their order, names and values as they came; null when none is left.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Fields => (_fields ??= Read()) is { Count: > 0 } fields ? fields : null;

    /// <summary>Gathers a byte of the section; lines end with LF alone.</summary>
    public void Add(byte b)
    {
        _bytes.GetSpan(1)[0] = b;
        _bytes.Advance(1);
    }

    /// <summary>The last chunk with these trailers after it.</summary>
    public static byte[] LastChunk(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder("0\r\n");
        foreach (var (name, value) in fields) text.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private List<KeyValuePair<string, string>> Read()
    {
        var fields = new List<KeyValuePair<string, string>>();
        for (var left = _bytes.WrittenSpan; !left.IsEmpty;)
        {
            var end = left.IndexOf((byte)'\n');
            var line = end < 0 ? left : left[..end];
            left = end < 0 ? default : left[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            var name = line[..colon];
            var value = Grammar.TrimOws(line[(colon + 1)..]);
            if (TrailerFields.May(name, value)) fields.Add(new(Encoding.ASCII.GetString(name), Encoding.Latin1.GetString(value)));
        }

        return fields;
    }
}
