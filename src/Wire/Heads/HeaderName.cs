using System.Globalization;
using System.Text;

namespace Usher.Wire;

/// <summary>A header's name that was checked once, for edits that every request gets.</summary>
public sealed class HeaderName
{
    private readonly byte[] _bytes;

    /// <summary>This name.</summary>
    /// <exception cref="ArgumentException">It can't be edited: see <see cref="HeaderEdits.CanEdit"/>.</exception>
    public HeaderName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _bytes = Encoding.UTF8.GetBytes(text);
        if (!HeaderEdits.CanEdit(_bytes)) throw new ArgumentException($"Header '{text}' can't be edited.", nameof(text));
        Text = text;
    }

    /// <summary>The name as text.</summary>
    public string Text { get; }

    /// <summary>The same as bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A name as text, with <c>\xNN</c> for what can't stand in one.</summary>
    internal static string Visible(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var b in name)
        {
            if (Grammar.IsTokenByte(b)) text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
