using System.Text.Json;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// What is done with the requests of a backend: it is a Service's port, or, where the port is named <c>use-annotation</c>, what <c>actions.NAME</c> says. A Service or an action that isn't there is a fixed response of
/// 503, as the controller makes it (its enhanced backend builder), and a warning.
/// </summary>
internal sealed class BackendActions(CompileContext context, ControllerTargetGroups groups)
{
    private const string UseAnnotation = "use-annotation";

    /// <summary>What a listener does when no Ingress says it.</summary>
    internal static RuleAction NotFound { get; } = Fixed(404, null);

    /// <summary>What is done; null after an error.</summary>
    /// <param name="member">The Ingress.</param>
    /// <param name="backend">The backend.</param>
    /// <param name="field">Its field in the Ingress.</param>
    internal RuleAction? Of(GroupMember member, V1IngressBackend? backend, string field)
    {
        if (backend?.Service is not { } service)
        {
            context.Errors.Add(member.Ingress, field, $"missing required \"service\" field: {(ResourceBackend.Of(backend) is { } resource ? $"found {resource}; " : "")}the AWS Load Balancer Controller leads to Services alone");
            return null;
        }

        if (service.Port?.Name == UseAnnotation) return Annotated(member, service.Name, field);
        var port = service.Port?.Name is { Length: > 0 } name ? name : $"{service.Port?.Number}";
        return Missing(member, service.Name, field) ?? (groups.Arn(member, service.Name, port, field) is { } arn ? new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple(arn)] } : null);
    }

    private RuleAction? Missing(GroupMember member, string service, string field)
    {
        if (context.State.Find<V1Service>(member.Ingress.Key.Namespace, service) is not null) return null;
        context.Warnings.Add(member.Ingress, $"{field}.service.name", $"there is no Service {service}; requests get 503, 'Backend service does not exist'");
        return Fixed(503, "Backend service does not exist");
    }

    private RuleAction? Annotated(GroupMember member, string backend, string field)
    {
        var name = $"actions.{backend}";
        if (member.Annotations.Text(name) is null)
        {
            context.Warnings.Add(member.Ingress, $"{field}.service.name", $"there is no annotation {AlbAnnotationTable.Prefix}{name}; requests get 503, 'Backend action does not exist'");
            return Fixed(503, "Backend action does not exist");
        }

        if (member.Annotations.Read<ActionJson>(name) is not { } written) return null;
        switch (written.Type)
        {
            case "forward": return Forward(member, name, written, field);
            case "redirect" when written.RedirectConfig is { } redirect: return Redirect(member, name, redirect);
            case "fixed-response" when written.FixedResponseConfig is { } response: return FixedResponse(member, name, response);
            case "redirect" or "fixed-response":
                member.Annotations.Error(name, $"missing {(written.Type == "redirect" ? "redirectConfig" : "fixedResponseConfig")}");
                return null;
            default:
                member.Annotations.Error(name, $"found type '{written.Type}'; allowed are forward, redirect and fixed-response");
                return null;
        }
    }

    private RuleAction? Forward(GroupMember member, string name, ActionJson written, string field)
    {
        var tuples = written.ForwardConfig?.TargetGroups ?? [];
        var single = written.TargetGroupARN ?? written.TargetGroupName;
        if (single is not null == written.ForwardConfig is not null)
        {
            member.Annotations.Error(name, "precisely one of targetGroupARN, targetGroupName and forwardConfig can be specified");
            return null;
        }

        if (single is not null) tuples = [new TupleJson(written.TargetGroupARN, written.TargetGroupName, null, null, null)];
        if (tuples is [{ ServiceName: { } only }] && Missing(member, only, field) is { } missing) return missing;
        var found = tuples.Select(t => Tuple(member, name, t, tuples.Count, field)).ToList();
        var sticky = written.ForwardConfig?.TargetGroupStickinessConfig is { Enabled: true } config ? config.DurationSeconds ?? 0 : (int?)null;
        if (sticky is < 1 or > 604_800) member.Annotations.Error(name, $"targetGroupStickinessConfig: found durationSeconds {sticky}; 1 to 604800 is wanted");
        if (found.Count == 0) member.Annotations.Error(name, "forwardConfig has no targetGroups; 1 to 5 are wanted");
        return found.Count == 0 || found.Contains(null) ? null : new RuleAction { Type = "forward", TargetGroups = [.. found.OfType<TargetGroupTuple>()], StickinessSeconds = sticky };
    }

    private TargetGroupTuple? Tuple(GroupMember member, string name, TupleJson? written, int count, string field)
    {
        var problem = new[] { written?.TargetGroupARN, written?.TargetGroupName, written?.ServiceName }.Count(t => t is not null) != 1
            ? "precisely one of targetGroupARN, targetGroupName and serviceName can be specified"
            : written!.ServiceName is not null && written.ServicePort is not { ValueKind: JsonValueKind.String or JsonValueKind.Number } ? "missing servicePort"
            : count > 1 && written.Weight is null ? "weight must be set when route to multiple target groups"
            : written.Weight is < 0 or > 999 ? $"found weight {written.Weight}; 0 to 999 is wanted"
            : written.ServiceName is { } service && context.State.Find<V1Service>(member.Ingress.Key.Namespace, service) is null ? $"there is no Service {service}"
            : null;
        if (problem is not null)
        {
            member.Annotations.Error(name, $"invalid TargetGroupTuple: {problem}");
            return null;
        }

        var arn = written!.TargetGroupARN ?? (written.TargetGroupName is { } group ? ByName(member, name, group) : groups.Arn(member, written.ServiceName!, written.ServicePort!.Value.ToString(), field));
        return arn is null ? null : new TargetGroupTuple(arn, written.Weight ?? 1);
    }

    private string? ByName(GroupMember member, string name, string group)
    {
        if (context.State.All<TargetGroup>().FirstOrDefault(g => g.Value.Name == group) is { } found) return found.Value.TargetGroupArn;
        member.Annotations.Error(name, $"found targetGroupName {group}; no TargetGroup here has that name");
        return null;
    }

    private static RuleAction? Redirect(GroupMember member, string name, RedirectJson written)
    {
        var redirect = new RedirectAction(
            written.StatusCode ?? "", written.Protocol ?? "#{protocol}", written.Host ?? "#{host}", written.Port ?? "#{port}", written.Path ?? "/#{path}", written.Query ?? "#{query}");
        var problem = !RedirectAction.StatusCodes.Contains(written.StatusCode, StringComparer.Ordinal) ? $"found statusCode '{written.StatusCode}'; allowed are HTTP_301 and HTTP_302"
            : !RedirectAction.Protocols.Contains(redirect.Protocol, StringComparer.Ordinal) ? $"found protocol '{written.Protocol}'; allowed are HTTP, HTTPS and #{{protocol}}"
            : !RedirectAction.IsPort(redirect.Port) ? $"found port '{written.Port}'; 1 to 65535 or #{{port}} is wanted"
            : !redirect.Path.StartsWith('/') ? $"found path '{written.Path}'; a path starts with /, as in /#{{path}}"
            : Problem("host", redirect.Host, least: 1) ?? Problem("path", redirect.Path, least: 1) ?? Problem("query", redirect.Query, least: 0);
        if (problem is null) return new RuleAction { Type = "redirect", Redirect = redirect };
        member.Annotations.Error(name, $"invalid redirectConfig: {problem}");
        return null;
    }

    private static string? Problem(string part, string text, int least) =>
        text.Length < least || text.Length > RedirectAction.MaxLength ? $"{part} has {text.Length} characters; allowed are {least} to {RedirectAction.MaxLength}"
        : RedirectAction.UnknownKeywords(text).FirstOrDefault() is { } unknown ? $"found {unknown} in {part}; the keywords are {string.Join(" ", RedirectAction.Keywords)}"
        : null;

    private static RuleAction? FixedResponse(GroupMember member, string name, FixedResponseJson written)
    {
        var code = FixedResponseAction.Code(written.StatusCode);
        var problem = code is null ? $"found statusCode '{written.StatusCode}'; a 2XX, 4XX or 5XX code is wanted, as \"404\""
            : written.ContentType is not null && !FixedResponseAction.ContentTypes.Contains(written.ContentType, StringComparer.Ordinal) ? $"found contentType '{written.ContentType}'; allowed are {string.Join(", ", FixedResponseAction.ContentTypes)}"
            : written.MessageBody?.Length > FixedResponseAction.MaxMessageBody ? $"messageBody has {written.MessageBody.Length} characters; at most {FixedResponseAction.MaxMessageBody} are allowed"
            : null;
        if (problem is null)
        {
            return new RuleAction { Type = "fixed-response", FixedResponse = new FixedResponseAction(code!.Value, written.ContentType, written.MessageBody) };
        }

        member.Annotations.Error(name, $"invalid fixedResponseConfig: {problem}");
        return null;
    }

    private static RuleAction Fixed(int status, string? body) => new() { Type = "fixed-response", FixedResponse = new FixedResponseAction(status, "text/plain", body) };
}
