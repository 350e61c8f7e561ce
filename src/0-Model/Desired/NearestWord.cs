namespace Usher.Model.Desired;

/// <summary>The known word that a mistyped one was meant to be.</summary>
public static class NearestWord
{
    private const int MaxListed = 20;

    private static readonly char[] Between = ['-', '.', '/', '_'];

    /// <summary>The nearest of the words by edit distance without case, or null when none is near.</summary>
    /// <param name="written">The mistyped word.</param>
    /// <param name="known">The words that it may be.</param>
    /// <param name="most">
    /// How many letters may be wrong at most; no more than a third of them may, or one letter of the shortest. Of what is between the parts that both begin and end with, half: long names with one beginning are near each other
    /// otherwise.
    /// </param>
    public static string? Of(string written, IEnumerable<string> known, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(written);
        var limit = Math.Min(most, Math.Max(1, written.Length / 3));
        var best = known.Where(k => Math.Abs(k.Length - written.Length) <= limit)
            .Select(k => (Word: k, Distance: Distance(written, k)))
            .Where(pair => pair.Distance <= limit && pair.Distance <= Math.Max(1, Apart(written, pair.Word) / 2))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Word, StringComparer.Ordinal)
            .FirstOrDefault((Word: "", Distance: int.MaxValue));
        return best.Word.Length > 0 ? best.Word : null;
    }

    /// <summary>The one known word that begins and ends with the same parts as the written one and has all others of it between them, in order, and more; null when there is none, or several.</summary>
    public static string? Longer(string written, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(written);
        var parts = written.Split(Between);
        var found = parts.Length < 2 ? [] : known.Where(k => Has(k.Split(Between), parts)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary><c>; did you mean replicas?</c>, or the allowed words.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> known) =>
        Of(written, known) is { } near ? $"; did you mean {near}?"
        : known.Count is 0 or > MaxListed ? ""
        : $"; allowed are {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}";

    private static bool Has(string[] all, string[] some)
    {
        if (all.Length <= some.Length || all[0] != some[0] || all[^1] != some[^1]) return false;
        var next = 0;
        foreach (var part in all) if (next < some.Length && part == some[next]) next++;
        return next == some.Length;
    }

    /// <summary>The letters of the longer word without the parts that both begin and end with; all of them where that leaves one of the words nothing: then a part is missing, and none is another.</summary>
    private static int Apart(string a, string b)
    {
        var (x, y) = (a.Split(Between), b.Split(Between));
        var (start, end, least) = (0, 0, Math.Min(x.Length, y.Length));
        while (start < least && Same(x[start], y[start])) start++;
        while (end < least - start && Same(x[^(end + 1)], y[^(end + 1)])) end++;
        return Math.Min(Rest(x), Rest(y)) == 0 ? Math.Max(a.Length, b.Length) : Math.Max(Rest(x), Rest(y));

        int Rest(string[] parts) => string.Join('-', parts[start..^end]).Length;
        static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 100) return int.MaxValue;
        var (before, previous, current) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) current[j] = Math.Min(current[j], before[j - 2] + 1);
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
