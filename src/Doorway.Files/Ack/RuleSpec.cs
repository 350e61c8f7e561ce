namespace Usher.Doorway.Files.Ack;

/// <summary><c>Rule.spec</c> of elbv2.services.k8s.aws/v1alpha1.</summary>
internal sealed class RuleSpec
{
    public string? ListenerARN { get; set; }

    public AckReference? ListenerRef { get; set; }

    public long? Priority { get; set; }

    public List<ConditionSpec>? Conditions { get; set; }

    public List<ActionSpec>? Actions { get; set; }

    public List<TransformSpec>? Transforms { get; set; }

    public List<AckTag>? Tags { get; set; }
}

internal sealed class ConditionSpec
{
    public string? Field { get; set; }

    public List<string>? Values { get; set; }

    public PatternsConfig? HostHeaderConfig { get; set; }

    public HttpHeaderConfig? HttpHeaderConfig { get; set; }

    public ValuesConfig? HttpRequestMethodConfig { get; set; }

    public PatternsConfig? PathPatternConfig { get; set; }

    public QueryStringConfig? QueryStringConfig { get; set; }

    public ValuesConfig? SourceIPConfig { get; set; }
}

internal sealed class ValuesConfig
{
    public List<string>? Values { get; set; }
}

internal sealed class PatternsConfig
{
    public List<string>? Values { get; set; }

    public List<string>? RegexValues { get; set; }
}

internal sealed class HttpHeaderConfig
{
    public string? HttpHeaderName { get; set; }

    public List<string>? Values { get; set; }

    public List<string>? RegexValues { get; set; }
}

internal sealed class QueryStringConfig
{
    public List<QueryStringValue>? Values { get; set; }
}

internal sealed class QueryStringValue
{
    public string? Key { get; set; }

    public string? Value { get; set; }
}
