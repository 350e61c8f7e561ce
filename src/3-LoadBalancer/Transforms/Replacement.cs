using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Usher.LoadBalancer;

/// <summary>
/// What a rewrite puts in place of its match: <c>$1</c> is what the first group matched, <c>$0</c> the whole match; a group that took no part is empty. A dollar without
/// a digit after it stands for itself.
/// </summary>
internal sealed class Replacement
{
    private readonly ImmutableArray<(string Literal, int Group)> parts;

    private Replacement(string text, ImmutableArray<(string Literal, int Group)> parts)
    {
        Text = text;
        this.parts = parts;
    }

    /// <summary>As it was written.</summary>
    internal string Text { get; }

    /// <summary>Reads a replacement; null and why not where it names a group that the regex doesn't have.</summary>
    internal static Replacement? Parse(string text, Regex regex, out string? problem)
    {
        problem = null;
        var known = regex.GetGroupNumbers();
        var parts = ImmutableArray.CreateBuilder<(string, int)>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length || !char.IsAsciiDigit(text[i + 1]))
            {
                literal.Append(text[i]);
                continue;
            }

            var end = i + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            var digits = text.AsSpan(i + 1, end - i - 1);
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var group) || !known.Contains(group))
            {
                problem = $"names ${digits}, and the regex has {(known.Length == 1 ? "no group" : known.Length == 2 ? "one group" : $"{known.Length - 1} groups")}";
                return null;
            }

            parts.Add((literal.ToString(), group));
            literal.Clear();
            i = end - 1;
        }

        parts.Add((literal.ToString(), -1));
        return new Replacement(text, parts.ToImmutable());
    }

    /// <summary>The input with its match replaced.</summary>
    internal string Apply(string input, Match match)
    {
        var result = new StringBuilder(input.Length + Text.Length).Append(input, 0, match.Index);
        foreach (var (literal, group) in parts)
        {
            result.Append(literal);
            if (group >= 0) result.Append(match.Groups[group].ValueSpan);
        }

        return result.Append(input, match.Index + match.Length, input.Length - match.Index - match.Length).ToString();
    }
}
