using System.Collections.Immutable;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>The actions of a rule or listener, its target groups resolved.</summary>
internal sealed class ActionCompiler(CompileContext context, IReadOnlyDictionary<string, TargetGroupPlan> groups)
{
    private const string Validation = "jwt-validation";

    /// <summary>The check of the request's token, if there is one, and the one action that decides what becomes of the request; that is null after an error.</summary>
    internal (JwtPlan? Jwt, ActionPlan? Action) Compile(ResourceKey key, Origin origin, string field, IReadOnlyList<RuleAction> actions)
    {
        var validations = actions.Count(a => a.Type == Validation);
        if (validations > 1 || (validations == 1 && actions[0].Type != Validation))
        {
            context.Errors.Add(key, origin, field, validations > 1 ? $"found {validations} jwt-validation actions; at most one is wanted" : "found jwt-validation after another action; it comes first");
            return default;
        }

        if (actions.Count != validations + 1)
        {
            context.Errors.Add(key, origin, field, $"found {actions.Count - validations} actions{(validations > 0 ? " besides jwt-validation" : "")}; exactly one of forward, redirect and fixed-response is wanted");
            return default;
        }

        if (validations > 0 && actions[0].JwtValidation is null) context.Errors.Add(key, origin, $"{field}[0]", $"{Validation}: its configuration is missing");
        var jwt = validations > 0 && actions[0].JwtValidation is { } validation ? JwtPlan.Of(validation) : null;
        return (jwt, Routing(key, origin, $"{field}[{validations}]", actions[^1]));
    }

    private ActionPlan? Routing(ResourceKey key, Origin origin, string field, RuleAction action)
    {
        switch (action.Type)
        {
            case "forward": return Forward(key, origin, field, action);
            case "redirect" when action.Redirect is { } redirect:
                return new RedirectPlan(
                    redirect.StatusCode == "HTTP_302" ? 302 : 301, redirect.Protocol, Octets.Of(redirect.Host), redirect.Port, Octets.Of(redirect.Path), Octets.Of(redirect.Query));
            case "fixed-response" when action.FixedResponse is { } response:
                return new FixedResponsePlan(response.StatusCode, response.ContentType, response.MessageBody ?? "");
            case "redirect" or "fixed-response":
                context.Errors.Add(key, origin, field, $"{action.Type}: its configuration is missing");
                return null;
            default:
                context.Errors.Add(key, origin, $"{field}.type", $"found {action.Type}; forward, redirect, fixed-response and jwt-validation are supported so far");
                return null;
        }
    }

    private ForwardPlan? Forward(ResourceKey key, Origin origin, string field, RuleAction action)
    {
        if (action.TargetGroups.Count is 0 or > 5)
        {
            context.Errors.Add(key, origin, field, $"forward: found {action.TargetGroups.Count} target groups; 1 to 5 are wanted");
            return null;
        }

        var resolved = ImmutableArray.CreateBuilder<WeightedGroup>();
        foreach (var tuple in action.TargetGroups)
        {
            // A group that is there but could not be compiled has been reported already.
            if (groups.TryGetValue(tuple.TargetGroupArn, out var group)) resolved.Add(new WeightedGroup(group, tuple.Weight));
            else if (context.State.All<TargetGroup>().All(g => g.Value.TargetGroupArn != tuple.TargetGroupArn))
            {
                context.Errors.Add(key, origin, $"{field}.targetGroupARN", $"found {tuple.TargetGroupArn}; no target group here has that ARN");
            }
        }

        if (resolved.Count > 1 && resolved.FirstOrDefault(g => g.Group.Stickiness?.ApplicationCookie is not null) is { } sticky)
        {
            context.Errors.Add(key, origin, field,
                $"forward: target group {sticky.Group.Name} has application-based stickiness, which doesn't go with several target groups; use stickiness.type lb_cookie");
        }

        TimeSpan? stickiness = action.StickinessSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        return resolved.Count == 0 ? null : new ForwardPlan(resolved.ToImmutable(), stickiness);
    }
}
