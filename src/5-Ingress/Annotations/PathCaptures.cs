using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary>What a path's regular expression took of a request's path, for a template that names it; by default nothing.</summary>
/// <param name="Match">The match.</param>
/// <param name="Groups">The pattern's groups, as nginx numbers them.</param>
/// <param name="Escaped">Whether each is escaped, to stand within arguments.</param>
internal readonly record struct PathCaptures(Match Match, ImmutableArray<int> Groups, bool Escaped = false)
{
    /// <summary>One by its number, 0 for all of the match; empty where the path hasn't it.</summary>
    internal string Of(int number)
    {
        if (Match is null || number > Groups.Length) return "";
        var text = number == 0 ? Match.Value : Match.Groups[Groups[number - 1]].Value;
        return Escaped ? RewriteRule.Escape(text, argument: true) : text;
    }
}
