using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary>Regular expressions that people write in manifests: matched in time linear to the text, whatever they are.</summary>
internal static class PathPattern
{
    /// <summary>What is wanted of a pattern that can't be compiled, for people.</summary>
    internal static string Problem(string pattern)
    {
        const string wanted = "a regular expression without lookarounds, backreferences and atomic groups is wanted";
        try
        {
            _ = new Regex(pattern);
            return wanted;
        }
        catch (RegexParseException e)
        {
            return $"it is no regular expression: {e.Message[(e.Message.IndexOf(" at offset ", StringComparison.Ordinal) + 1)..].TrimEnd('.')}";
        }
    }

    /// <summary>Compiles a pattern; null when it is none, or none that can be matched in linear time.</summary>
    internal static Regex? Compile(string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The groups of a pattern in the order in which they begin, which is how PCRE numbers them; .NET numbers those with names after all others.</summary>
    internal static ImmutableArray<int> Captures(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var text = pattern.ToString().AsSpan();
        var (captures, unnamed) = (ImmutableArray.CreateBuilder<int>(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '[') i = EndOfClass(text, i);
            else if (text[i] == '(' && Name(text[(i + 1)..]) is var name && name.Length > 0) captures.Add(pattern.GroupNumberFromName(name.ToString()));
            else if (text[i] == '(' && !text[(i + 1)..].StartsWith("?")) captures.Add(++unnamed);
        }

        return captures.ToImmutable();
    }

    /// <summary>Of what follows a bracket; empty when the group has none.</summary>
    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> text)
    {
        if (text.Length < 4 || text[0] != '?' || text[1] is not ('<' or '\'') || text[2] is '=' or '!') return [];
        var name = text[2..];
        return name[..Math.Max(0, name.IndexOf(text[1] == '<' ? '>' : '\''))];
    }

    /// <summary>A bracket at its beginning is one of its characters.</summary>
    private static int EndOfClass(ReadOnlySpan<char> text, int start)
    {
        var i = start + 1;
        if (i < text.Length && text[i] == '^') i++;
        if (i < text.Length && text[i] == ']') i++;
        for (; i < text.Length && text[i] != ']'; i++)
        {
            if (text[i] == '\\') i++;
        }

        return i;
    }
}
