using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>The conditions of a rule, with the limits of the ELBv2 API (RuleCondition; quotas for Application Load Balancers).</summary>
internal sealed class ConditionCompiler(CompileContext context)
{
    private const int MaxValuesPerRule = 5;
    private const int MaxWildcardsPerRule = 6;
    private const int MaxPatternLength = 128;
    private const int MaxHeaderNameLength = 40;
    private const int MaxMethodLength = 40;

    // RuleCondition, PathPatternConfig: "A-Z, a-z, 0-9", these, "&" and the two wildcards.
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$/~\"'@:+&*?");

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> MethodCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_");

    internal ImmutableArray<ConditionPlan> Compile(Resource<ListenerRule> rule)
    {
        var plans = ImmutableArray.CreateBuilder<ConditionPlan>();
        var once = new HashSet<string>(StringComparer.Ordinal);
        var conditions = rule.Value.Conditions;
        if (conditions.Count == 0) context.Errors.Add(rule, "spec.conditions", "found none; a rule needs at least one condition");
        for (var i = 0; i < conditions.Count; i++)
        {
            var condition = conditions[i];
            var field = $"spec.conditions[{i}]";
            if (condition.Field is not ("http-header" or "query-string") && !once.Add(condition.Field))
            {
                context.Errors.Add(rule, $"{field}.field", $"found {condition.Field} a second time; one is allowed in a rule");
            }

            if (Condition(rule, condition, field) is { } plan) plans.Add(plan);
        }

        var values = conditions.Sum(c => c.Values.Count + c.RegexValues.Count + c.QueryStrings.Count);
        if (values > MaxValuesPerRule) context.Errors.Add(rule, "spec.conditions", $"found {values} values; a rule has at most {MaxValuesPerRule} (TooManyRules quota)");
        var wildcards = conditions.Where(c => c.Field is not ("http-request-method" or "source-ip"))
            .Sum(c => c.Values.Sum(v => Wildcards(v)) + c.QueryStrings.Sum(q => Wildcards(q.Key ?? "", escapes: true) + Wildcards(q.Value, escapes: true)));
        if (wildcards > MaxWildcardsPerRule) context.Errors.Add(rule, "spec.conditions", $"found {wildcards} wildcards; a rule has at most {MaxWildcardsPerRule}");
        return plans.ToImmutable();
    }

    private ConditionPlan? Condition(Resource<ListenerRule> rule, RuleCondition condition, string field)
    {
        if (condition.Values.Count + condition.RegexValues.Count + condition.QueryStrings.Count == 0)
        {
            context.Errors.Add(rule, field, $"{condition.Field}: found no values; at least one is wanted");
            return null;
        }

        if (condition.Values.Count > 0 && condition.RegexValues.Count > 0)
        {
            context.Errors.Add(rule, field, $"{condition.Field}: found values and regexValues; give one of them");
        }

        switch (condition.Field)
        {
            case "host-header":
                Check(rule, condition, field, IsHost, "a name with a dot, and letters alone after the last one, are wanted, as *.example.com");
                return new HostCondition(Patterns(rule, condition, field, ignoreCase: true));
            case "path-pattern":
                Check(rule, condition, field, v => !v.AsSpan().ContainsAnyExcept(PathCharacters), "letters, digits and _-.$/~\"'@:+&*? are allowed in a path");
                return new PathCondition(Patterns(rule, condition, field, ignoreCase: false));
            case "http-request-method":
                Check(rule, condition, field, v => v.Length is > 0 and <= MaxMethodLength && !v.AsSpan().ContainsAnyExcept(MethodCharacters),
                    $"1 to {MaxMethodLength} of A-Z, - and _ are wanted, and no wildcard");
                return new MethodCondition([.. condition.Values]);
            case "query-string":
                foreach (var text in condition.QueryStrings.SelectMany(q => new[] { q.Key, q.Value }).Where(t => t?.Length > MaxPatternLength))
                {
                    context.Errors.Add(rule, field, $"query-string: found '{text}'; at most {MaxPatternLength} characters are allowed");
                }

                return new QueryCondition([.. condition.QueryStrings.Select(pair => new QueryPattern(
                    pair.Key is null ? null : new WildcardPattern(pair.Key, ignoreCase: true, escapes: true),
                    new WildcardPattern(pair.Value, ignoreCase: true, escapes: true)))]);
            case "http-header":
                if (condition.HttpHeaderName is { Length: > 0 and <= MaxHeaderNameLength } name && !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                {
                    return new HeaderCondition(name, Patterns(rule, condition, field, ignoreCase: true));
                }

                context.Errors.Add(rule, $"{field}.httpHeaderConfig.httpHeaderName",
                    $"found '{condition.HttpHeaderName}'; a name of 1 to {MaxHeaderNameLength} characters is wanted, and not Host");
                return null;
            case "source-ip": return Source(rule, condition, field);
            default:
                context.Errors.Add(rule, $"{field}.field",
                    $"found {condition.Field}; allowed are host-header, path-pattern, http-header, http-request-method, query-string and source-ip");
                return null;
        }
    }

    private void Check(Resource<ListenerRule> rule, RuleCondition condition, string field, Predicate<string> isValid, string wanted)
    {
        foreach (var value in condition.Values.Where(v => v.Length is > 0 and <= MaxPatternLength && !isValid(v)))
        {
            context.Errors.Add(rule, field, $"{condition.Field}: found '{value}'; {wanted}");
        }
    }

    private static bool IsHost(string value)
    {
        var dot = value.LastIndexOf('.');
        return dot >= 0 && dot < value.Length - 1 && value.AsSpan(dot + 1).IndexOfAnyExcept(Letters) < 0;
    }

    /// <summary>How many wildcards a value has; in a query string a backslash takes the meaning from what follows.</summary>
    private static int Wildcards(string value, bool escapes = false)
    {
        var count = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (escapes && value[i] == '\\') i++;
            else if (value[i] is '*' or '?') count++;
        }

        return count;
    }

    private ImmutableArray<ValuePattern> Patterns(Resource<ListenerRule> rule, RuleCondition condition, string field, bool ignoreCase)
    {
        foreach (var value in condition.Values.Where(v => !IsPrintable(v, MaxPatternLength)))
        {
            context.Errors.Add(rule, field, $"{condition.Field}: found '{value}'; 1 to {MaxPatternLength} visible ASCII characters are wanted");
        }

        return [.. condition.Values.Select(v => new WildcardPattern(v, ignoreCase)), .. Regexes(rule, condition, field, ignoreCase)];
    }

    private IEnumerable<RegexPattern> Regexes(Resource<ListenerRule> rule, RuleCondition condition, string field, bool ignoreCase)
    {
        var config = condition.Field switch { "host-header" => "hostHeaderConfig", "path-pattern" => "pathPatternConfig", _ => "httpHeaderConfig" };
        for (var i = 0; i < condition.RegexValues.Count; i++)
        {
            var value = condition.RegexValues[i];
            var at = $"{field}.{config}.regexValues[{i}]";
            if (!IsPrintable(value, MaxPatternLength)) context.Errors.Add(rule, at, $"{condition.Field}: found '{value}'; 1 to {MaxPatternLength} visible ASCII characters are wanted");
            else if (RuleRegex.Compile(value, ignoreCase, out var problem) is { } regex) yield return new RegexPattern(regex);
            else context.Errors.Add(rule, at, $"{condition.Field}: found '{value}', which {problem}; {RuleRegex.Allowed}");
        }
    }

    private static bool IsPrintable(string value, int limit) => value.Length > 0 && value.Length <= limit && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private SourceCondition Source(Resource<ListenerRule> rule, RuleCondition condition, string field)
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var value in condition.Values)
        {
            if (value.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(value, out var network)) networks.Add(network);
            else context.Errors.Add(rule, $"{field}.sourceIPConfig.values", $"found '{value}'; a CIDR block is wanted, as 203.0.113.0/24");
        }

        return new SourceCondition(networks.ToImmutable());
    }
}
