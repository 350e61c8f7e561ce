namespace Usher.Doorway.Files.Binding;

/// <summary>The allowed name that a mistyped one was meant to be.</summary>
internal static class NearestName
{
    private const int MaxListed = 20;

    /// <summary>The nearest of the names by edit distance without case, or null when none is near.</summary>
    internal static string? Of(string written, IEnumerable<string> names)
    {
        // A third of the letters may be wrong, and one letter of the shortest.
        var limit = Math.Max(1, written.Length / 3);
        var best = names.Where(n => Math.Abs(n.Length - written.Length) <= limit)
            .Select(n => (Name: n, Distance: Distance(written, n)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= limit ? best.Name : null;
    }

    /// <summary><c>; did you mean replicas?</c>, or the allowed names.</summary>
    internal static string Hint(string written, IReadOnlyCollection<string> names) =>
        Of(written, names) is { } near ? $"; did you mean {near}?"
        : names.Count is 0 or > MaxListed ? ""
        : $"; allowed are {string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase))}";

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
