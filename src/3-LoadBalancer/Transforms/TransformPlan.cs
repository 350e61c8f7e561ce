namespace Usher.LoadBalancer;

/// <summary>The transforms of a rule, which has at least one of them.</summary>
/// <param name="Host">Of the Host header.</param>
/// <param name="Url">Of path and query.</param>
internal sealed record TransformPlan(RewritePlan? Host, RewritePlan? Url);

/// <summary>What is looked for, and what stands there afterwards.</summary>
/// <param name="Regex">Found anywhere unless it is anchored; the first match counts.</param>
/// <param name="Replace">Takes the match's place.</param>
internal sealed record RewritePlan(RuleRegex Regex, Replacement Replace)
{
    /// <summary><c>^/v1/(.*) → /$1</c>.</summary>
    internal string Text => $"{Regex.Pattern} → {Replace.Text}";

    /// <summary>The rewritten input; null where the regex isn't found in it.</summary>
    internal string? Apply(string input) => Regex.Engine.Match(input) is { Success: true } match ? Replace.Apply(input, match) : null;
}
