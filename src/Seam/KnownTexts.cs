using System.Buffers.Binary;
using System.Text;

namespace Usher.Seam;

/// <summary>
/// Texts that came before: hosts, targets, user agents and ids that requests bring again and again share one string in all records. Forgets whatever another text
/// takes the place of. Thread-safe.
/// </summary>
/// <param name="places">How many it remembers at most; a power of two.</param>
internal sealed class KnownTexts(int places)
{
    /// <summary>Longer texts seldom come again.</summary>
    private const int Longest = 256;

    private readonly string?[] known = new string?[places];

    /// <summary>Bytes as Latin-1 text.</summary>
    public string Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return "";
        if (text.Length > Longest) return Encoding.Latin1.GetString(text);
        ref var place = ref known[PlaceOf(text)];
        var found = Volatile.Read(ref place);
        if (found is not null && Ascii.Equals(text, found)) return found;
        found = Encoding.Latin1.GetString(text);
        Volatile.Write(ref place, found);
        return found;
    }

    /// <summary>Makes a text of ASCII one that came before.</summary>
    public void Remember(string text)
    {
        if (text.Length is 0 or > Longest) return;
        Span<byte> bytes = stackalloc byte[Longest];
        bytes = bytes[..Encoding.Latin1.GetBytes(text, bytes)];
        Volatile.Write(ref known[PlaceOf(bytes)], text);
    }

    /// <summary>Spreads usual texts well and costs little; who makes up texts that share a place gets strings of his own.</summary>
    private int PlaceOf(ReadOnlySpan<byte> text)
    {
        ulong mixed = (uint)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..]) mixed = Mixed(mixed, BinaryPrimitives.ReadUInt64LittleEndian(text));
        foreach (var rest in text) mixed = Mixed(mixed, rest);
        return (int)(mixed >> 32) & (places - 1);
    }

    private static ulong Mixed(ulong mixed, ulong next) => ulong.RotateLeft((mixed ^ next) * 0x9E3779B97F4A7C15, 29);
}
