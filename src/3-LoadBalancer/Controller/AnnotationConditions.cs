using Usher.Model.Aws;

namespace Usher.LoadBalancer;

/// <summary>
/// The conditions of a rule: those that <c>conditions.NAME</c> adds, and the host and path of the Ingress, to whose values it may add (the controller's guide, Ingress annotations, <c>conditions</c>). What a value may
/// be is checked with every rule's.
/// </summary>
internal static class AnnotationConditions
{
    private static readonly string[] Fields = ["host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip"];

    /// <param name="annotations">The Ingress's.</param>
    /// <param name="backend">The name of the path's backend.</param>
    /// <param name="host">The rule's host; none when it is empty.</param>
    /// <param name="paths">The path's patterns and regular expressions.</param>
    internal static IReadOnlyList<RuleCondition> Of(ControllerAnnotations annotations, string backend, string? host, (IReadOnlyList<string> Values, IReadOnlyList<string> Regexes) paths)
    {
        var name = $"conditions.{backend}";
        var (hosts, hostRegexes) = (new List<string>(), new List<string>());
        var (patterns, pathRegexes) = (paths.Values.ToList(), paths.Regexes.ToList());
        if (!string.IsNullOrEmpty(host)) hosts.Add(host);
        var conditions = new List<RuleCondition>();
        foreach (var written in annotations.Read<List<ConditionJson>>(name) ?? [])
        {
            if (Problem(written) is { } problem)
            {
                annotations.Error(name, problem);
                continue;
            }

            switch (written.Field)
            {
                case "host-header": Take(written.HostHeaderConfig!, hosts, hostRegexes); break;
                case "path-pattern": Take(written.PathPatternConfig!, patterns, pathRegexes); break;
                default: conditions.Add(Condition(written)); break;
            }
        }

        // An Ingress's own host or path and a regular expression can't be in one condition: two of its field are refused where rules are compiled.
        Add("host-header", hosts, hostRegexes);
        Add("path-pattern", patterns, pathRegexes);
        if (conditions.Count == 0) conditions.Add(new RuleCondition { Field = "path-pattern", Values = ["/*"] });
        return conditions;

        void Add(string field, List<string> values, List<string> regexes)
        {
            if (values.Count + regexes.Count > 0) conditions.Add(new RuleCondition { Field = field, Values = values, RegexValues = regexes });
        }

        static void Take(ValuesJson from, List<string> values, List<string> regexes)
        {
            values.AddRange(from.Values ?? []);
            regexes.AddRange(from.RegexValues ?? []);
        }
    }

    private static RuleCondition Condition(ConditionJson written) => written.Field switch
    {
        "http-header" => new RuleCondition
        {
            Field = "http-header", HttpHeaderName = written.HttpHeaderConfig!.HttpHeaderName, Values = written.HttpHeaderConfig.Values ?? [], RegexValues = written.HttpHeaderConfig.RegexValues ?? [],
        },
        "query-string" => new RuleCondition { Field = "query-string", QueryStrings = [.. written.QueryStringConfig!.Values!.Select(p => new QueryStringPair(p.Key, p.Value!))] },
        "http-request-method" => new RuleCondition { Field = "http-request-method", Values = written.HttpRequestMethodConfig!.Values! },
        _ => new RuleCondition { Field = "source-ip", Values = written.SourceIpConfig!.Values! },
    };

    private static string? Problem(ConditionJson? written)
    {
        if (written is null) return "found null; a condition is wanted";
        if (written.Field is null || !Fields.Contains(written.Field, StringComparer.Ordinal)) return $"found field '{written.Field}'; allowed are {string.Join(", ", Fields)}";
        var (config, count, right) = written.Field switch
        {
            "host-header" => ("hostHeaderConfig", Count(written.HostHeaderConfig), true),
            "path-pattern" => ("pathPatternConfig", Count(written.PathPatternConfig), true),
            "http-header" => ("httpHeaderConfig", (written.HttpHeaderConfig?.Values?.Count ?? 0) + (written.HttpHeaderConfig?.RegexValues?.Count ?? 0), written.HttpHeaderConfig?.HttpHeaderName is { Length: > 0 }),
            "http-request-method" => ("httpRequestMethodConfig", written.HttpRequestMethodConfig?.Values?.Count ?? 0, true),
            "query-string" => ("queryStringConfig", written.QueryStringConfig?.Values?.Count ?? 0, written.QueryStringConfig?.Values?.All(p => p?.Value is { Length: > 0 }) != false),
            _ => ("sourceIpConfig", written.SourceIpConfig?.Values?.Count ?? 0, true),
        };
        return count == 0 ? $"a {written.Field} condition wants {config} with values"
            : right ? null : $"invalid {config}: {(written.Field == "http-header" ? "httpHeaderName is wanted" : "value cannot be empty")}";

        static int Count(ValuesJson? values) => (values?.Values?.Count ?? 0) + (values?.RegexValues?.Count ?? 0);
    }
}
