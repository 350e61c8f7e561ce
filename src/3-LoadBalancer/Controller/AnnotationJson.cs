using System.Text.Json;

namespace Usher.LoadBalancer;

/// <summary>What <c>actions.NAME</c> says, as people write it (the controller's guide, Ingress annotations, <em>Traffic Routing</em>).</summary>
internal sealed record ActionJson(
    string? Type, string? TargetGroupARN, string? TargetGroupName, FixedResponseJson? FixedResponseConfig, RedirectJson? RedirectConfig, ForwardJson? ForwardConfig);

/// <summary>A fixed response.</summary>
internal sealed record FixedResponseJson(string? StatusCode, string? ContentType, string? MessageBody);

/// <summary>A redirect.</summary>
internal sealed record RedirectJson(string? StatusCode, string? Protocol, string? Host, string? Port, string? Path, string? Query);

/// <summary>A forward to several target groups.</summary>
internal sealed record ForwardJson(IReadOnlyList<TupleJson>? TargetGroups, StickinessJson? TargetGroupStickinessConfig);

/// <summary>A target group of it: by ARN or name, or the one of a Service's port, which is a number or a name.</summary>
internal sealed record TupleJson(string? TargetGroupARN, string? TargetGroupName, string? ServiceName, JsonElement? ServicePort, int? Weight);

/// <summary>The stickiness of a forward.</summary>
internal sealed record StickinessJson(bool? Enabled, int? DurationSeconds);

/// <summary>What <c>conditions.NAME</c> says, one of a list.</summary>
internal sealed record ConditionJson(
    string? Field, ValuesJson? HostHeaderConfig, ValuesJson? PathPatternConfig, HeaderJson? HttpHeaderConfig, MethodsJson? HttpRequestMethodConfig, QueryJson? QueryStringConfig,
    MethodsJson? SourceIpConfig);

/// <summary>Patterns, or regular expressions.</summary>
internal sealed record ValuesJson(IReadOnlyList<string>? Values, IReadOnlyList<string>? RegexValues);

/// <summary>A header's name and patterns.</summary>
internal sealed record HeaderJson(string? HttpHeaderName, IReadOnlyList<string>? Values, IReadOnlyList<string>? RegexValues);

/// <summary>Values that are no patterns.</summary>
internal sealed record MethodsJson(IReadOnlyList<string>? Values);

/// <summary>Pairs of a query string.</summary>
internal sealed record QueryJson(IReadOnlyList<PairJson>? Values);

/// <summary>A pair; without a key any.</summary>
internal sealed record PairJson(string? Key, string? Value);

/// <summary>What <c>transforms.NAME</c> says, one of a list.</summary>
internal sealed record TransformJson(string? Type, RewritesJson? HostHeaderRewriteConfig, RewritesJson? UrlRewriteConfig);

/// <summary>The rewrites of a transform.</summary>
internal sealed record RewritesJson(IReadOnlyList<RewriteJson>? Rewrites);

/// <summary>A rewrite.</summary>
internal sealed record RewriteJson(string? Regex, string? Replace);

/// <summary>What <c>jwt-validation</c> says.</summary>
internal sealed record JwtJson(string? JwksEndpoint, string? Issuer, IReadOnlyList<ClaimJson>? AdditionalClaims);

/// <summary>A further claim.</summary>
internal sealed record ClaimJson(string? Name, string? Format, IReadOnlyList<string>? Values);
