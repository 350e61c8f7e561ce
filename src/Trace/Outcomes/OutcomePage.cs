using System.Collections.Frozen;

namespace Usher.Trace;

/// <summary><c>docs/outcomes.md</c>, which is part of this assembly: what is read on the page and what a command says can't differ. It is read once, when it is first asked for.</summary>
public static class OutcomePage
{
    /// <summary>The page's name in the assembly.</summary>
    private const string Resource = "outcomes.md";

    private static readonly Lazy<Rows> Known = new(() => new Rows(ReadOwn()));

    /// <summary>All rows, in the page's order.</summary>
    public static IReadOnlyList<Outcome> All => Known.Value.All;

    /// <summary>What a code means and what to do: the row of this very code, else the one with a <c>*</c> that says most of it; null where the page has none.</summary>
    /// <param name="code">A journey's or hop's outcome: <c>load-balancer.503.no-registered-target</c>.</param>
    public static Outcome? Find(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return Known.Value.Find(code);
    }

    /// <summary>The rows of a page. A line that isn't one is passed over: the tests see to it that there is none, and a run doesn't fail for a page.</summary>
    internal static IEnumerable<Outcome> Read(TextReader page)
    {
        var section = "";
        while (page.ReadLine() is { } line)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..].Trim();
            if (!IsRow(line)) continue;
            var cells = line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 3 && cells[0].Length > 2 && cells[0].EndsWith('`') && cells[1].Length > 0 && cells[2].Length > 0) yield return new Outcome(cells[0].Trim('`'), section, cells[1], cells[2]);
        }
    }

    /// <summary>Whether a line of the page is to be a row.</summary>
    internal static bool IsRow(string line) => line.StartsWith("| `", StringComparison.Ordinal);

    /// <summary>The page as it is in the assembly.</summary>
    internal static TextReader Open() => typeof(OutcomePage).Assembly.GetManifestResourceStream(Resource) is { } page ? new StreamReader(page) : TextReader.Null;

    private static List<Outcome> ReadOwn()
    {
        using var page = Open();
        return [.. Read(page)];
    }

    private sealed class Rows(List<Outcome> all)
    {
        private readonly FrozenDictionary<string, Outcome> exact = all.DistinctBy(o => o.Code).ToFrozenDictionary(o => o.Code, StringComparer.Ordinal);
        private readonly Outcome[] varying = [.. all.Where(o => o.Code.Contains('*', StringComparison.Ordinal)).OrderByDescending(o => o.Given)];

        internal IReadOnlyList<Outcome> All => all;

        internal Outcome? Find(string code) => exact.GetValueOrDefault(code) ?? Array.Find(varying, o => o.IsFor(code));
    }
}
