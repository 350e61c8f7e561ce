using System.Text.RegularExpressions;

namespace Usher.Trace;

/// <summary>What an outcome's code means and what to do about it: a row of <c>docs/outcomes.md</c>. Its texts are Markdown with code spans and emphasis, nothing else.</summary>
/// <param name="Code">The code; <c>*</c> stands for a part that varies.</param>
/// <param name="Section">The heading that it stands under: <c>ingress: what it refuses</c>.</param>
/// <param name="HappenedMarkdown">What happened, as the page writes it.</param>
/// <param name="ToDoMarkdown">What to do, as the page writes it.</param>
public sealed partial record Outcome(string Code, string Section, string HappenedMarkdown, string ToDoMarkdown)
{
    /// <summary>What happened, for a terminal.</summary>
    public string Happened => Plain(HappenedMarkdown);

    /// <summary>What to do, for a terminal.</summary>
    public string ToDo => Plain(ToDoMarkdown);

    /// <summary>How many characters of the code are given: the more, the more specific.</summary>
    internal int Given => Code.Count(c => c != '*');

    /// <summary>Whether this row is for a code: a <c>*</c> is at least one character, and never a dot.</summary>
    internal bool IsFor(string code)
    {
        var wanted = Code.Split('.');
        var parts = code.Split('.');
        return wanted.Length == parts.Length && wanted.Zip(parts).All(p => IsFor(p.First, p.Second));
    }

    private static bool IsFor(string wanted, string part) => wanted.IndexOf('*', StringComparison.Ordinal) is var star and >= 0
        ? part.Length >= wanted.Length && part.StartsWith(wanted[..star], StringComparison.Ordinal) && part.EndsWith(wanted[(star + 1)..], StringComparison.Ordinal)
        : part == wanted;

    /// <summary>A code span without its backticks; what is emphasized, which is what a program says, in quotes.</summary>
    private static string Plain(string markdown) => Marked().Replace(markdown, m => m.Groups["code"].Success ? m.Groups["code"].Value : $"'{m.Groups["said"].Value}'");

    [GeneratedRegex("`(?<code>[^`]*)`|\\*(?<said>[^*]*)\\*")]
    private static partial Regex Marked();
}
