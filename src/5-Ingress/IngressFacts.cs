using System.Text.Json.Nodes;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>What a decision tells of its route and of its answer.</summary>
internal static class IngressFacts
{
    /// <summary>Who tells.</summary>
    internal static JsonObject Of(ControllerPlan controller) => new()
    {
        ["pod"] = controller.Pod.Short,
        ["controller"] = controller.Class,
        ["declared"] = controller.Declared.ToString(),
        ["bound"] = controller.Bound.ToString(),
    };

    /// <summary>That TLS ends here, and with what; for a decision without a connection, what a client would be shown that asks for the request's host, or for none.</summary>
    internal static void Tell(JsonObject told, IngressDecision decision)
    {
        told["tlsVersion"] = decision.Handshake?.Version;
        told["tlsCipher"] = decision.Handshake?.Cipher;
        var name = decision.NamesServer && decision.Facts.Host.Length > 0 ? decision.Facts.Host : null;
        (decision.Handshake?.Decision as ShownCertificate ?? new ShownCertificate(decision.Controller, name)).Tell(told);
    }

    /// <summary>The Service that a backend is, and its virtual IP.</summary>
    internal static void Tell(JsonObject told, BackendPlan backend)
    {
        told["service"] = backend.Label;
        if (backend.Missing is not null || !backend.HasVirtualIP) return;
        told["clusterIP"] = backend.Front.Declared.ToString();
        told["clusterIPBound"] = backend.Front.Bound.ToString();
    }

    /// <summary>The facts of a route.</summary>
    internal static void Tell(JsonObject told, IngressDecision decision, RoutePlan route, IngressAnswer? answer)
    {
        var choice = decision.Choice;
        told["ingress"] = route.Ingress.Short;
        told["ruleHost"] = route.Host;
        told["rulePath"] = route.Written;
        told["pathType"] = route.Path.Length == 0 ? null : route.Kind.ToString();
        if (choice.Backend is { } backend) Tell(told, backend);
        if (answer is null) BalanceFacts.Tell(told, decision);
        if (route.Rules.BackendTls is { } tls) told["backendProtocol"] = $"{(route.Rules.BackendHttp2 ? "GRPCS" : "HTTPS")} ({tls})";
        else if (route.Rules.BackendHttp2) told["backendProtocol"] = "GRPC";
        if (choice.Role == ReadState.Canary) told["canary"] = route.Canary!.Ingress.Short;
        if (choice.Role == ReadState.Fallback) told["defaultBackendOf"] = route.Backend.Label;
        if (route.Annotations.ToList() is { Count: > 0 } annotations) told["annotations"] = new JsonArray([.. annotations.Select(a => JsonValue.Create(a))]);
        if (answer is not null || route.Rewrite is null || NormalPath.Of(decision.Facts.Path) is not { } uri) return;
        if (route.Rewrite.Apply(ClientView.Of(decision.Controller, decision.Facts), uri) is not { } target) return;
        told["rewriteTarget"] = route.Rewrite.Text;
        told["rewrittenTo"] = target;
    }

    /// <summary>The decision in one line.</summary>
    internal static string Sentence(IngressChoice choice, IngressAnswer? answer, RequestFacts facts) => choice.Verdict switch
    {
        IngressVerdict.Forward when answer is not null => FormattableString.Invariant($"{choice.Route!.Label}: {choice.Route.Rules.External!.Name} doesn't let it pass: {answer.Status}{(answer.Location is null ? "" : " ")}{answer.Location}"),
        IngressVerdict.Forward when choice.Role == ReadState.Canary => $"{choice.Route!.Label} → canary {choice.Route.Canary!.Ingress.Short} → Service {choice.Backend!.Label} {BalanceFacts.Where(choice)}{Again(choice)}",
        IngressVerdict.Forward when choice.Role == ReadState.Fallback => $"{choice.Route!.Label} → Service {choice.Route.Backend.Label} has no ready endpoint → default-backend {choice.Backend!.Label} {BalanceFacts.Where(choice)}{Again(choice)}",
        IngressVerdict.Forward => $"{choice.Route!.Label} → Service {choice.Backend!.Label} {BalanceFacts.Where(choice)}{Again(choice)}",
        IngressVerdict.Unavailable when choice.Route!.Backend.Missing is not null => $"{choice.Route.Label} → Service {choice.Route.Backend.Label}, which isn't there: 503",
        IngressVerdict.Unavailable => $"{choice.Route!.Label} → Service {choice.Route.Backend.Label}, which has no ready endpoint: 503",
        IngressVerdict.Malformed => "the path is malformed: 400",
        IngressVerdict.Health => "the controller's own /healthz: 200",
        IngressVerdict.NotFound => "no host and path match: 404",
        IngressVerdict.Certificate => FormattableString.Invariant($"host {facts.Host}: turned away for the client's certificate: {answer!.Status}{(answer.Location is null ? "" : " ")}{answer.Location}"),
        IngressVerdict.Denied => $"{choice.Route!.Label}: denied, since an annotation can't be read: 503",
        IngressVerdict.NotAllowed => $"nginx takes no {facts.Method}: 405",
        IngressVerdict.TooLarge => $"{choice.Route!.Label}: the body is longer than proxy-body-size: 413",
        IngressVerdict.Forbidden => $"{choice.Route!.Label}: the client's address isn't allowed: 403",
        IngressVerdict.Unauthorized => $"{choice.Route!.Label}: no user with this password: 401",
        IngressVerdict.Limited => $"{choice.Route!.Label}: over its limit for one address: 503",
        IngressVerdict.Preflight => $"{choice.Route!.Label}: a preflight, answered by enable-cors: 204",
        _ => FormattableString.Invariant($"{choice.Route?.Label ?? $"host {facts.Host}"}: {By(choice)} → {answer!.Status} {answer.Location}"),
    };

    private static string Again(IngressChoice choice) =>
        (choice.Route!.Rules.BackendHttp2 ? ", over HTTP/2" : "") + (choice.Route.Rules.BackendTls is null ? "" : ", encrypted again");

    private static string By(IngressChoice choice) => choice.Verdict switch
    {
        IngressVerdict.Www => "from-to-www-redirect",
        IngressVerdict.AppRoot => "app-root",
        IngressVerdict.Slash => "the location ends in a slash",
        IngressVerdict.Rewritten => "rewrite-target is a URL",
        IngressVerdict.Redirect => choice.Route!.Rules.Redirect!.Annotation,
        _ => choice.Route!.Rules.ForceSslRedirect ? "force-ssl-redirect" : "ssl-redirect",
    };
}
