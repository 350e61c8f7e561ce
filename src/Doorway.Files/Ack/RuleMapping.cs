using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>ACK's Rule → <see cref="ListenerRule"/>.</summary>
internal static class RuleMapping
{
    internal static ListenerRule? Map(AckManifest manifest, RuleSpec spec, AwsScope scope, AckReferences references)
    {
        var listener = references.Resolve(manifest, "Listener", "spec.", "listenerARN", spec.ListenerARN, "listenerRef", spec.ListenerRef);
        var priority = manifest.Range("spec.priority", spec.Priority, null, 1, 50_000);
        var conditions = new List<RuleCondition>();
        for (var i = 0; i < spec.Conditions?.Count; i++)
        {
            if (Condition(manifest, spec.Conditions[i], $"spec.conditions[{i}]") is { } condition) conditions.Add(condition);
        }

        if (spec.Conditions is not { Count: > 0 }) manifest.Error("spec.conditions", "is required: a rule has at least one condition");
        if (spec.Actions is not { Count: > 0 }) manifest.Error("spec.actions", "is required: what is done when the conditions hold");
        var actions = new ActionMapping(manifest, references, listener.Target?.Spec as ListenerSpec).Map("spec.actions", spec.Actions);
        var transforms = TransformMapping.Map(manifest, spec.Transforms);
        return manifest.IsWrong || listener.Id is null ? null : new ListenerRule
        {
            RuleArn = AwsNames.RuleArn(scope, listener.Id, manifest.Key.Name),
            ListenerArn = listener.Id,
            Priority = priority,
            Conditions = conditions,
            Actions = actions,
            Transforms = transforms,
        };
    }

    private static RuleCondition? Condition(AckManifest manifest, ConditionSpec spec, string field)
    {
        (string Field, string Config, bool Written, List<string>? Values)[] configs =
        [
            ("host-header", "hostHeaderConfig", spec.HostHeaderConfig is not null, spec.HostHeaderConfig?.Values),
            ("path-pattern", "pathPatternConfig", spec.PathPatternConfig is not null, spec.PathPatternConfig?.Values),
            ("http-header", "httpHeaderConfig", spec.HttpHeaderConfig is not null, spec.HttpHeaderConfig?.Values),
            ("http-request-method", "httpRequestMethodConfig", spec.HttpRequestMethodConfig is not null, spec.HttpRequestMethodConfig?.Values),
            ("query-string", "queryStringConfig", spec.QueryStringConfig is not null, null),
            ("source-ip", "sourceIPConfig", spec.SourceIPConfig is not null, spec.SourceIPConfig?.Values),
        ];
        var names = configs.Select(c => c.Field).ToArray();
        manifest.OneOf($"{field}.field", spec.Field, null, names);
        if (!names.Contains(spec.Field, StringComparer.Ordinal)) return null;
        foreach (var other in configs.Where(c => c.Written && c.Field != spec.Field))
        {
            manifest.Error($"{field}.{other.Config}", $"is for {other.Field} conditions; this one's field is {spec.Field}");
        }

        var own = configs.Single(c => c.Field == spec.Field);
        if (spec.Values is not null && spec.Field is not ("host-header" or "path-pattern"))
        {
            manifest.Error($"{field}.values", $"is for host-header and path-pattern conditions; write {own.Config}");
        }
        else if (spec.Values is not null && own.Written)
        {
            manifest.Error($"{field}.values", $"values and {own.Config} are both given; give one");
        }
        else if (spec.Values is null && !own.Written)
        {
            manifest.Error($"{field}.{own.Config}", $"is required for a {spec.Field} condition");
        }

        var regexes = spec.Field switch
        {
            "host-header" => spec.HostHeaderConfig?.RegexValues,
            "path-pattern" => spec.PathPatternConfig?.RegexValues,
            "http-header" => spec.HttpHeaderConfig?.RegexValues,
            _ => null,
        };
        if (regexes is { Count: > 0 } && own.Values is { Count: > 0 })
        {
            manifest.Error($"{field}.{own.Config}.regexValues", "values and regexValues are both given; give one");
        }

        return new RuleCondition
        {
            Field = spec.Field!,
            Values = spec.Values ?? own.Values ?? [],
            RegexValues = regexes ?? [],
            HttpHeaderName = spec.HttpHeaderConfig?.HttpHeaderName,
            QueryStrings = QueryStrings(manifest, spec.QueryStringConfig, $"{field}.queryStringConfig"),
        };
    }

    private static List<QueryStringPair> QueryStrings(AckManifest manifest, QueryStringConfig? config, string field)
    {
        var pairs = new List<QueryStringPair>();
        for (var i = 0; i < config?.Values?.Count; i++)
        {
            if (config.Values[i].Value is { } value) pairs.Add(new QueryStringPair(config.Values[i].Key, value));
            else manifest.Error($"{field}.values[{i}].value", "is required; the key may be left out, the value not");
        }

        return pairs;
    }
}
