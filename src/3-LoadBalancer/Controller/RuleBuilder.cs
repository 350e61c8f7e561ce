using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>A rule of a listener, before it has a priority.</summary>
internal sealed record BuiltRule(Resource<V1Ingress> Ingress, IngressPath Path, IReadOnlyList<RuleCondition> Conditions, IReadOnlyList<RuleAction> Actions, IReadOnlyList<RuleTransform> Transforms);

/// <summary>
/// The rules of a listener: those of each Ingress in the group's order, of each of its rules as written, of that one's paths in <see cref="PathPatterns"/>' order. What no rule takes is for the one default
/// backend, else 404. Where the group redirects to HTTPS, a plain listener has no rules and redirects all.
/// </summary>
internal sealed class RuleBuilder(ErrorList errors, BackendActions backends, SslRedirect? redirect)
{
    private const int MaxValues = 5;

    internal IReadOnlyList<BuiltRule> Rules(ListenPort port)
    {
        if (Redirects(port)) return [];
        return RedirectRules.Pruned(port.Members.SelectMany(m => Rules(m, port)), port.Port, port.Protocol);
    }

    /// <summary>The default rule's actions, and the Ingress that says so: the one that has the default backend or redirects; null when none does.</summary>
    internal (IReadOnlyList<RuleAction> Actions, GroupMember? Ingress) Default(ListenPort port)
    {
        if (Redirects(port)) return ([ToHttps(redirect!.Port)], redirect.Teller);
        var members = port.Members.Where(m => m.Ingress.Value.Spec?.DefaultBackend is not null).ToList();
        foreach (var other in members.Skip(1))
        {
            errors.Add(other.Ingress, "spec.defaultBackend", $"multiple ingress defined default backend: [{string.Join(" ", members.Select(m => m.Name))}]; a listener has one");
        }

        if (members.Count == 0) return ([BackendActions.NotFound], null);
        var action = backends.Of(members[0], members[0].Ingress.Value.Spec.DefaultBackend, "spec.defaultBackend");
        if (action?.Redirect is { } sent) Check(members[0], port, sent, members[0].Ingress.Value.Spec.DefaultBackend.Service.Name, isDefault: true);
        return (Actions(members[0], port, action ?? BackendActions.NotFound), members[0]);
    }

    private IEnumerable<BuiltRule> Rules(GroupMember member, ListenPort port)
    {
        var annotations = member.Annotations;
        var useRegex = annotations.Text("use-regex-path-match") == "true";
        var rules = member.Ingress.Value.Spec?.Rules ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            foreach (var (path, index) in PathPatterns.Ordered(rules[i].Http?.Paths ?? []))
            {
                var from = new IngressPath(member.Order, i, index, path.PathType ?? "ImplementationSpecific", path.Path ?? "");
                var patterns = PathPatterns.Of(path, useRegex, out var problem);
                if (problem is not null) errors.Add(member.Ingress, $"{from.Field}.path", problem);
                if (patterns is null || backends.Of(member, path.Backend, $"{from.Field}.backend") is not { } action) continue;
                var backend = path.Backend.Service.Name;
                var conditions = AnnotationConditions.Of(annotations, backend, rules[i].Host, patterns.Value);
                if (conditions.Sum(c => c.Values.Count + c.RegexValues.Count + c.QueryStrings.Count) is > MaxValues and var values)
                {
                    annotations.Error($"conditions.{backend}", $"found {values} values with the host and the path's patterns; a rule has at most {MaxValues}: take another path, or another Ingress, for some");
                    continue;
                }

                if (action.Redirect is { } sent) Check(member, port, sent, backend, isDefault: false);
                yield return new BuiltRule(member.Ingress, from, conditions, Actions(member, port, action), AnnotationTransforms.Of(annotations, backend));
            }
        }
    }

    /// <summary>What the ELBv2 API would say of a redirect at a listener. A rule's that leads nowhere else is left out before it is asked.</summary>
    private static void Check(GroupMember member, ListenPort port, RedirectAction redirect, string backend, bool isDefault)
    {
        var problem = redirect.Downgrades(port.Protocol) ? $"found protocol HTTP at the HTTPS listener {port.Port}; HTTPS can't be redirected to HTTP"
            : !redirect.LeadsAway(port.Protocol, port.Port) && (isDefault || redirect.Query != "#{query}")
                ? $"leads back to where the request came from at the {port.Protocol} listener {port.Port}; change at least one of protocol, host, port and path (a changed query alone is a loop too)"
            : null;
        if (problem is not null) member.Annotations.Error($"actions.{backend}", $"invalid redirectConfig: {problem}");
    }

    private static IReadOnlyList<RuleAction> Actions(GroupMember member, ListenPort port, RuleAction action) =>
        port.Protocol == "HTTPS" && AnnotationJwt.Of(member.Annotations) is { } jwt ? [jwt, action] : [action];

    private bool Redirects(ListenPort port) => redirect is not null && port.Protocol == "HTTP";

    private static RuleAction ToHttps(int port) => new() { Type = "redirect", Redirect = new RedirectAction("HTTP_301", "HTTPS", Port: $"{port}") };
}
