using System.Text.RegularExpressions;

namespace Usher.LoadBalancer;

/// <summary>
/// A regular expression of a rule, on an engine whose time grows with the input alone: nobody's pattern or path can hold a listener up. What that engine can't do
/// is what an ALB doesn't take either (ALB user guide, Listener rules: "do not support … lookaheads, lookbehinds, backreferences, atomic groups, possessive
/// quantifiers, subroutines, recursion, and Unicode character classes").
/// </summary>
/// <param name="Pattern">As it was written.</param>
/// <param name="Engine">It, compiled.</param>
internal sealed record RuleRegex(string Pattern, Regex Engine)
{
    internal const string Allowed =
        "allowed are literals, classes, groups, alternation, anchors and quantifiers, without look-arounds, back-references, atomic groups, possessive quantifiers, "
        + @"recursion and \p{…}";

    /// <summary>Compiles a pattern; null and why not where it isn't one that a rule may have.</summary>
    internal static RuleRegex? Compile(string pattern, bool ignoreCase, out string? problem)
    {
        problem = Unsupported(pattern);
        if (problem is not null) return null;
        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            return new RuleRegex(pattern, new Regex(pattern, options));
        }
        catch (RegexParseException e)
        {
            problem = $"isn't a regular expression ({e.Error} at offset {e.Offset})";
        }
        catch (NotSupportedException)
        {
            // Counted repetitions multiply: (a{999}){999} would be a million states.
            problem = "is too large, or has a construct that can't be matched in linear time";
        }

        return null;
    }

    /// <summary>The first thing in a pattern that rules don't have, in words; null when there is none.</summary>
    private static string? Unsupported(string pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i + 1);
            switch (pattern[i])
            {
                case '\\' when rest.Length > 0:
                    if (rest[0] is 'p' or 'P') return $@"has a Unicode class (\{rest[0]})";
                    if (!inClass && rest[0] is >= '1' and <= '9' or 'k' or 'g') return $@"has a back-reference (\{rest[0]})";
                    i++;
                    break;
                case '[' when !inClass:
                    inClass = true;
                    // A bracket that closes at once stands for itself.
                    if (rest.StartsWith("^]")) i += 2;
                    else if (rest.StartsWith("]") || rest.StartsWith("^")) i++;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass && rest.StartsWith("?") && Group(rest[1..]) is { } group:
                    return group;
                case '*' or '+' or '?' or '}' when !inClass && rest.StartsWith("+"):
                    return $"has a possessive quantifier ({pattern[i]}+)";
            }
        }

        return null;
    }

    /// <summary>What <c>(?…</c> begins, when rules don't have it.</summary>
    private static string? Group(ReadOnlySpan<char> after) => after switch
    {
        ['=', ..] => "has a look-ahead (?=",
        ['!', ..] => "has a look-ahead (?!",
        ['<', '=', ..] => "has a look-behind (?<=",
        ['<', '!', ..] => "has a look-behind (?<!",
        ['>', ..] => "has an atomic group (?>",
        ['(', ..] => "has a condition (?(",
        ['P', '=', ..] => "has a back-reference (?P=",
        ['R' or '&' or '+' or (>= '0' and <= '9'), ..] or ['P', '>', ..] or ['-', >= '0' and <= '9', ..] => $"has recursion or a subroutine (?{after[0]}",
        _ => null,
    };
}
