using System.Text;

namespace Usher.Trace.Text;

/// <summary>Colours by ECMA-48 SGR sequences, or none; and makes text that came over the wire safe to print.</summary>
internal readonly struct Paint(bool on)
{
    public string Bold(string text) => Wrap("1", text);

    public string Dim(string text) => Wrap("2", text);

    public string Good(string text) => Wrap("32", text);

    public string Bad(string text) => Wrap("31;1", text);

    public string Warn(string text) => Wrap("33", text);

    public string Cool(string text) => Wrap("36", text);

    /// <summary>The text with control characters written out: a header or path must not steer the terminal.</summary>
    public static string Safe(string text)
    {
        if (!text.Any(Steers)) return text;
        var safe = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '\n' or '\t') safe.Append(' ');
            else if (Steers(c)) safe.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else safe.Append(c);
        }

        return safe.ToString();
    }

    // C0, DEL, C1, and the characters that turn the direction of writing.
    private static bool Steers(char c) => char.IsControl(c) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private string Wrap(string code, string text) => on && text.Length > 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
