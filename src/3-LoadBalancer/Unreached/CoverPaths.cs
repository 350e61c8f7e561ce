namespace Usher.LoadBalancer;

/// <summary>Rules of one host by their paths, to find those that may cover another.</summary>
internal sealed class CoverPaths
{
    // Prefixes have a place of their own, so that many patterns that begin alike don't keep out the one that takes all of theirs.
    private const char Whole = '=', Prefix = '^', Other = '~';

    private readonly RulesByKey byPath = new(StringComparer.Ordinal);
    private readonly List<int> lengths = [];

    /// <summary>Adds the rule at a place.</summary>
    internal void Add(int place, RulePlan rule)
    {
        var limit = rule.Conditions.All(c => c is HostCondition or PathCondition) ? CoverIndex.Compared : CoverIndex.Compared / 2;
        var condition = rule.Conditions.OfType<PathCondition>().FirstOrDefault();
        if (condition is null) Add($"{Prefix}", 0, place, limit);
        else foreach (var value in condition.Values) Add(value, place, limit);
    }

    private void Add(ValuePattern value, int place, int limit)
    {
        if (value is WildcardPattern { IsLiteral: false } pattern) Add($"{(pattern.IsPrefix ? Prefix : Other)}{pattern.Head}", pattern.Head.Length, place, limit);
        else Add($"{Whole}{value.Text}", -1, place, limit);
    }

    private void Add(string key, int length, int place, int limit)
    {
        if (length >= 0 && !lengths.Contains(length)) lengths.Add(length);
        byPath.Add(key, place, limit);
    }

    /// <summary>The places of the rules that may cover one, in some lists of which each is in order.</summary>
    internal IEnumerable<List<int>> Over(RulePlan rule)
    {
        var value = rule.Conditions.OfType<PathCondition>().FirstOrDefault()?.Values.FirstOrDefault();
        if (value is not null && value is not WildcardPattern { IsLiteral: false } && byPath.TryGetValue($"{Whole}{value.Text}", out var same)) yield return same;
        var head = value is WildcardPattern pattern ? pattern.Head : "";
        foreach (var length in lengths)
        {
            if (length > head.Length) continue;
            if (byPath.TryGetValue($"{Prefix}{head.AsSpan(0, length)}", out var prefixes)) yield return prefixes;
            if (byPath.TryGetValue($"{Other}{head.AsSpan(0, length)}", out var others)) yield return others;
        }

        // A pattern that takes all paths covers what has none, and any regular expression.
        if (!head.StartsWith('/') && byPath.TryGetValue($"{Prefix}/", out var all)) yield return all;
    }
}
