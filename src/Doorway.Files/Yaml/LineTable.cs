namespace Usher.Doorway.Files.Yaml;

/// <summary>
/// Lines and columns of a text as editors count them. The YAML parser's own lines also count U+0085, U+2028 and U+2029, which YAML 1.1 took for line breaks.
/// </summary>
internal sealed class LineTable
{
    private readonly List<int> starts = [0];
    private readonly string text;

    internal LineTable(string text)
    {
        this.text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))) starts.Add(i + 1);
        }

        // A final line break ends the last line; it doesn't begin another.
        if (starts.Count > 1 && starts[^1] == text.Length) starts.RemoveAt(starts.Count - 1);
    }

    /// <summary>How many line breaks a text has.</summary>
    internal static int Breaks(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))) count++;
        }

        return count;
    }

    /// <summary>How many lines there are.</summary>
    internal int Count => starts.Count;

    /// <summary>Where a line starts; lines from 1.</summary>
    internal int StartOf(int line) => starts[line - 1];

    /// <summary>Line and column of an index, both from 1.</summary>
    internal (int Line, int Column) At(long index)
    {
        var within = (int)Math.Clamp(index, 0, text.Length);
        var found = starts.BinarySearch(within);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, within - starts[line] + 1);
    }
}
