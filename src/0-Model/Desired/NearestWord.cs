namespace Usher.Model.Desired;

/// <summary>The known word that a mistyped one was meant to be.</summary>
public static class NearestWord
{
    private const int MaxListed = 20;

    /// <summary>The nearest of the words by edit distance without case, or null when none is near.</summary>
    /// <param name="written">The mistyped word.</param>
    /// <param name="known">The words that it may be.</param>
    /// <param name="most">How many letters may be wrong at most; no more than a third of them may, or one letter of the shortest.</param>
    public static string? Of(string written, IEnumerable<string> known, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(written);
        var limit = Math.Min(most, Math.Max(1, written.Length / 3));
        var best = known.Where(k => Math.Abs(k.Length - written.Length) <= limit)
            .Select(k => (Word: k, Distance: Distance(written, k)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Word, StringComparer.Ordinal)
            .FirstOrDefault((Word: "", Distance: int.MaxValue));
        return best.Distance <= limit ? best.Word : null;
    }

    /// <summary><c>; did you mean replicas?</c>, or the allowed words.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> known) =>
        Of(written, known) is { } near ? $"; did you mean {near}?"
        : known.Count is 0 or > MaxListed ? ""
        : $"; allowed are {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}";

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
