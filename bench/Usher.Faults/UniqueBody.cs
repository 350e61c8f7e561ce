using System.Globalization;
using System.Text;

namespace Usher.Faults;

/// <summary>A body that belongs to one request and no other: its number, again and again. A byte of anybody else's answer shows.</summary>
internal static class UniqueBody
{
    /// <summary>The body of request <paramref name="id"/>, with this many bytes.</summary>
    internal static byte[] Of(long id, int length)
    {
        var body = new byte[length];
        var word = Encoding.ASCII.GetBytes(id.ToString("x", CultureInfo.InvariantCulture) + ";");
        for (var at = 0; at < length; at += word.Length) word.AsSpan(0, Math.Min(word.Length, length - at)).CopyTo(body.AsSpan(at));
        return body;
    }

    /// <summary>True when <paramref name="got"/> is the beginning of the body of request <paramref name="id"/>.</summary>
    internal static bool Begins(ReadOnlySpan<byte> got, long id) => got.SequenceEqual(Of(id, got.Length));
}
