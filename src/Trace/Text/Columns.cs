namespace Usher.Trace.Text;

/// <summary>Breaks text into lines.</summary>
internal static class Columns
{
    /// <summary>A space that no line is broken at.</summary>
    public const char NoBreak = '\u00a0';

    /// <summary>Lines of at most <paramref name="width"/> columns: broken at spaces, and within a word only where the word is wider than the line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length <= width)
            {
                line = $"{line} {rest}";
                continue;
            }

            if (line.Length > 0) yield return line;
            while (rest.Length > width)
            {
                yield return rest[..width];
                rest = rest[width..];
            }

            line = rest;
        }

        if (line.Length > 0) yield return line;
    }

    /// <summary>The text, if it is wider with an ellipsis in the place of what is too much.</summary>
    public static string Cut(string text, int width) => text.Length <= width ? text : $"{text[..(width - 1)].TrimEnd(' ', '…')}…";

    /// <summary>A duration in milliseconds: two digits after the point, none from a second on.</summary>
    public static string Milliseconds(double value) =>
        value.ToString(Math.Abs(value) < 1000 ? "0.00" : "0", System.Globalization.CultureInfo.InvariantCulture);
}
