using System.Buffers;
using System.Text;

namespace Usher.Wire;

/// <summary>The character classes and lists of RFC 9110 section 5.6 and RFC 3986, on bytes.</summary>
internal static class Grammar
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        "!$%&'()*+,-.:;=[]_~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> TargetBytes = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x7E - 0x21 + 1).Where(b => b != '#').Select(b => (byte)b)]);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(b => b != '\t').Append(127).Select(b => (byte)b)]);

    /// <summary>True for a non-empty token.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(TokenBytes) < 0;

    /// <summary>True when one byte may stand in a token.</summary>
    public static bool IsTokenByte(byte b) => TokenBytes.Contains(b);

    /// <summary>True for visible ASCII without '#'. Other bytes have to be percent-encoded.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(TargetBytes) < 0;

    /// <summary>True when one byte may stand in a target.</summary>
    public static bool IsTargetByte(byte b) => TargetBytes.Contains(b);

    /// <summary>True for the bytes of host[:port]; empty is allowed (RFC 9112 section 3.2).</summary>
    public static bool IsHost(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(HostBytes) < 0;

    /// <summary>The index of the first control character other than HTAB, or -1.</summary>
    public static int IndexOfControl(ReadOnlySpan<byte> text) => text.IndexOfAny(ControlBytes);

    /// <summary>Case-insensitive comparison of ASCII text.</summary>
    public static bool Same(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.Length == b.Length && Ascii.EqualsIgnoreCase(a, b);

    /// <summary>Without the spaces and tabs at both ends.</summary>
    public static ReadOnlySpan<byte> TrimOws(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>Takes the next member of a comma-separated list; false when the list is used up. Empty members are skipped.</summary>
    public static bool NextMember(ref ReadOnlySpan<byte> list, out ReadOnlySpan<byte> member)
    {
        while (!list.IsEmpty)
        {
            var comma = list.IndexOf((byte)',');
            member = TrimOws(comma < 0 ? list : list[..comma]);
            list = comma < 0 ? default : list[(comma + 1)..];
            if (!member.IsEmpty) return true;
        }

        member = default;
        return false;
    }
}
