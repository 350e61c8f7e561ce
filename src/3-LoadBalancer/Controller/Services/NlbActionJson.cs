using System.Text.Json;

namespace Usher.LoadBalancer;

/// <summary>What a Service's <c>actions.PROTOCOL-PORT</c> says: its listener's connections by weights to its own target group and to others.</summary>
internal sealed record NlbActionJson(string? Type, NlbForwardJson? ForwardConfig)
{
    private const int MaxWeight = 999;
    private const int MaxGroups = 4;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    internal string? Problem() => this switch
    {
        { Type: not "forward" } => $"found type '{Type}'; forward is wanted",
        { ForwardConfig: null } => "missing forwardConfig",
        { ForwardConfig.BaseServiceWeight: not (>= 0 and <= MaxWeight) } => $"invalid forwardConfig: found baseServiceWeight {ForwardConfig.BaseServiceWeight}; base service weight must be between 0 and {MaxWeight}",
        { ForwardConfig.TargetGroups.Count: > MaxGroups } => $"invalid forwardConfig: found {ForwardConfig.TargetGroups.Count} targetGroups; at most {MaxGroups} stand beside the Service's own",
        { ForwardConfig.TargetGroupStickinessConfig.Enabled: true } => "invalid forwardConfig: targetGroupStickinessConfig goes with application load balancers here; take it away",
        _ => (ForwardConfig.TargetGroups ?? []).Select(t => Problem(t, ForwardConfig.TargetGroups!.Count)).FirstOrDefault(p => p is not null),
    };

    private static string? Problem(NlbTupleJson? tuple, int count) =>
        tuple is null || tuple.TargetGroupARN is null == tuple.ServiceName is null ? "invalid TargetGroupTuple: precisely one of targetGroupARN and serviceName can be specified"
        : tuple.ServiceName is not null && tuple.ServicePort is not { ValueKind: JsonValueKind.String or JsonValueKind.Number } ? "invalid TargetGroupTuple: missing servicePort"
        : tuple.Weight is < 0 or > MaxWeight ? $"invalid TargetGroupTuple: found weight {tuple.Weight}; target group weight must be between 0 and {MaxWeight}"
        : count > 1 && tuple.Weight is null ? "invalid forwardConfig: weight must be set when routing to multiple target groups"
        : null;
}

/// <summary>A forward to several target groups, one of which is the Service's own.</summary>
internal sealed record NlbForwardJson(int? BaseServiceWeight, IReadOnlyList<NlbTupleJson>? TargetGroups, StickinessJson? TargetGroupStickinessConfig);

/// <summary>Another target group of it: by ARN, or the one of a Service's port.</summary>
internal sealed record NlbTupleJson(string? TargetGroupARN, string? ServiceName, JsonElement? ServicePort, bool? TcpEnabled, int? Weight);
