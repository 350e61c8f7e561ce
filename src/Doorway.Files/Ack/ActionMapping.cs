using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;

namespace Usher.Doorway.Files.Ack;

/// <summary>Actions of a rule or of a listener's default rule, with the checks of the ELBv2 API (Action).</summary>
/// <param name="manifest">The rule or listener.</param>
/// <param name="references">Resolves target groups.</param>
/// <param name="listener">The listener, or null when it isn't known.</param>
internal sealed class ActionMapping(AckManifest manifest, AckReferences references, ListenerSpec? listener)
{
    internal IReadOnlyList<RuleAction> Map(string field, IReadOnlyList<ActionSpec>? actions)
    {
        var mapped = new List<(long Order, RuleAction Action)>();
        var orders = new HashSet<long>();
        for (var i = 0; i < actions?.Count; i++)
        {
            var order = actions.Count > 1 ? Order($"{field}[{i}].order", actions[i].Order, orders) : 0;
            if (Map($"{field}[{i}]", actions[i]) is { } action) mapped.Add((order, action));
        }

        return [.. mapped.OrderBy(m => m.Order).Select(m => m.Action)];
    }

    /// <summary>The place of one of several actions: the lowest is taken first (ELBv2 API, Action).</summary>
    private int Order(string field, long? written, HashSet<long> orders)
    {
        var order = manifest.Range(field, written, null, 1, 50_000);
        if (written is not null && !orders.Add(order)) manifest.Error(field, $"found {written}, which another action of the same list has");
        return order;
    }

    private RuleAction? Map(string field, ActionSpec spec)
    {
        if (spec.Type is "authenticate-cognito" or "authenticate-oidc")
        {
            manifest.Error($"{field}.type", $"found {spec.Type}, which isn't supported; forward, redirect, fixed-response and jwt-validation are");
            return null;
        }

        manifest.OneOf($"{field}.type", spec.Type, null, "forward", "redirect", "fixed-response", "jwt-validation");
        foreach (var (name, written, type) in Configs(spec))
        {
            if (!written || spec.Type is null || type == spec.Type) continue;
            manifest.Error($"{field}.{name}", $"is for {type} actions; this one's type is {spec.Type}");
        }

        return spec.Type switch
        {
            "forward" => new RuleAction { Type = spec.Type, TargetGroups = Forward(field, spec), StickinessSeconds = Stickiness(field, spec) },
            "redirect" => new RuleAction { Type = spec.Type, Redirect = new RedirectMapping(manifest, listener).Map($"{field}.redirectConfig", spec.RedirectConfig) },
            "fixed-response" => new RuleAction { Type = spec.Type, FixedResponse = FixedResponse($"{field}.fixedResponseConfig", spec.FixedResponseConfig) },
            "jwt-validation" => new RuleAction { Type = spec.Type, JwtValidation = new JwtMapping(manifest).Map($"{field}.jwtValidationConfig", spec.JwtValidationConfig) },
            _ => null,
        };
    }

    private static (string Name, bool Written, string Type)[] Configs(ActionSpec spec) =>
    [
        ("targetGroupARN", spec.TargetGroupARN is not null, "forward"),
        ("targetGroupRef", spec.TargetGroupRef is not null, "forward"),
        ("forwardConfig", spec.ForwardConfig is not null, "forward"),
        ("redirectConfig", spec.RedirectConfig is not null, "redirect"),
        ("fixedResponseConfig", spec.FixedResponseConfig is not null, "fixed-response"),
        ("authenticateCognitoConfig", spec.AuthenticateCognitoConfig is not null, "authenticate-cognito"),
        ("authenticateOIDCConfig", spec.AuthenticateOIDCConfig is not null, "authenticate-oidc"),
        ("jwtValidationConfig", spec.JwtValidationConfig is not null, "jwt-validation"),
    ];

    private List<TargetGroupTuple> Forward(string field, ActionSpec spec)
    {
        var tuples = new List<TargetGroupTuple>();
        var groups = spec.ForwardConfig?.TargetGroups;
        for (var i = 0; i < groups?.Count; i++)
        {
            var within = $"{field}.forwardConfig.targetGroups[{i}]";
            var weight = manifest.Range($"{within}.weight", groups[i].Weight, 1, 0, 999);
            var found = references.Resolve(
                manifest, "TargetGroup", $"{within}.", "targetGroupARN", groups[i].TargetGroupARN, "targetGroupRef", groups[i].TargetGroupRef);
            if (found.Id is not null) tuples.Add(new TargetGroupTuple(found.Id, weight));
        }

        if (groups is { Count: > 0 } && spec.TargetGroupARN is null && spec.TargetGroupRef is null) return tuples;

        var single = references.Resolve(manifest, "TargetGroup", $"{field}.", "targetGroupARN", spec.TargetGroupARN, "targetGroupRef", spec.TargetGroupRef);
        if (single.Id is null) return tuples;
        if (groups is not { Count: > 0 }) return [new TargetGroupTuple(single.Id)];

        // The API takes both, when they say the same.
        if (tuples.Count != 1 || tuples[0].TargetGroupArn != single.Id)
        {
            manifest.Error($"{field}.forwardConfig.targetGroups", "names other target groups than the action itself; give one of the two");
        }

        return tuples;
    }

    private int? Stickiness(string field, ActionSpec spec) => spec.ForwardConfig?.TargetGroupStickinessConfig is { Enabled: true } config
        ? manifest.Range($"{field}.forwardConfig.targetGroupStickinessConfig.durationSeconds", config.DurationSeconds, null, 1, 604_800)
        : null;

    private FixedResponseAction? FixedResponse(string field, FixedResponseConfig? config)
    {
        if (config is null)
        {
            manifest.Error(field, "is required for a fixed-response action");
            return null;
        }

        var code = FixedResponseAction.Code(config.StatusCode);
        if (code is null) manifest.Error($"{field}.statusCode", $"found {Quote(config.StatusCode)}; a 2XX, 4XX or 5XX code is wanted, as \"404\"");
        if (config.ContentType is not null) manifest.OneOf($"{field}.contentType", config.ContentType, null, FixedResponseAction.ContentTypes);
        if (config.MessageBody?.Length > FixedResponseAction.MaxMessageBody)
        {
            manifest.Error($"{field}.messageBody", $"has {config.MessageBody.Length} characters; at most {FixedResponseAction.MaxMessageBody} are allowed");
        }

        return code is { } status ? new FixedResponseAction(status, config.ContentType, config.MessageBody) : null;
    }

    private static string Quote(string? text) => text is null ? "nothing" : Found.Quote(text);
}
