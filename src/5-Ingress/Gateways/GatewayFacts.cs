using System.Text.Json.Nodes;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>What a Gateway's decision tells.</summary>
internal static class GatewayFacts
{
    /// <summary>Who tells.</summary>
    internal static JsonObject Of(GatewayPort port) => new()
    {
        ["pod"] = port.Pod.Short,
        ["gateway"] = port.Plan.Gateway.Short,
        ["declared"] = port.Declared.ToString(),
        ["bound"] = port.Bound.ToString(),
    };

    /// <summary>The facts of a decision.</summary>
    internal static void Tell(JsonObject told, GatewayDecision decision, GatewayAnswer? answer)
    {
        var choice = decision.Choice;
        told["host"] = decision.Facts.Host;
        told["path"] = decision.Facts.Path;
        if (choice.Listener is { } listener)
        {
            told["listener"] = listener.Name;
            if (listener.Owner.Kind == "ListenerSet") told["listenerSet"] = listener.Owner.Short;
        }

        if (choice.Match is { } match)
        {
            told["route"] = match.Route.Short;
            told["routeKind"] = match.Route.Kind;
            told["rule"] = match.RuleIndex;
            told["match"] = match.MatchIndex;
            told["ruleHost"] = match.Host;
            told["rulePath"] = match.Path.Value.Length == 0 ? "/" : match.Path.Value;
            told["pathType"] = match.Path.Kind.ToString();
        }

        if (choice.Backend is { } backend)
        {
            if (backend.Invalid is null) IngressFacts.Tell(told, backend.Backend);
            else told["service"] = backend.Backend.Label;
            told["weight"] = backend.Weight;
            choice.Read.Tell(told);
            if (backend.Tls is { } tls) told["backendTls"] = $"{backend.TlsBy} ({tls})";
            if (backend.Http2) told["backendProtocol"] = backend.Tls is null ? "h2c" : "h2";
        }

        if (decision.Port.Plan.Protocol == PortProtocol.Tls) Tls(told, decision);
        if (answer?.Location is { } location) told["location"] = location;
        if (choice.Verdict == GatewayVerdict.Forward && Rewritten(choice, decision.Facts) is { } target) told["rewrittenTo"] = target;
        if (choice.Verdict == GatewayVerdict.Forward && decision.Mirrors().Select(m => m.Backend.Backend.Label).ToList() is { Count: > 0 } mirrors)
            told["mirroredTo"] = new JsonArray([.. mirrors.Select(m => JsonValue.Create(m))]);
    }

    /// <summary>The request target towards the backend, by the backend's own rewrite or the rule's; null where it stays.</summary>
    internal static string? Rewritten(in GatewayChoice choice, RequestFacts facts) => (choice.Backend!.Rewrite ?? choice.Match!.Rule.Rewrite)?.Target(facts, choice.Match!.Path);

    /// <summary>The decision in one line.</summary>
    internal static string Sentence(GatewayChoice choice, GatewayAnswer? answer, RequestFacts facts) => choice.Verdict switch
    {
        GatewayVerdict.Forward => $"{choice.Match!.Label} → {choice.Read.Where(choice.Backend!)}{(choice.Backend!.Http2 ? ", over HTTP/2" : "")}{(choice.Backend.Tls is null ? "" : ", encrypted again")}",
        GatewayVerdict.Unavailable => $"{choice.Match!.Label} → Service {choice.Backend!.Backend.Label}, which has no ready endpoint: 503",
        GatewayVerdict.NoListener => $"no listener is for host {facts.Host}: 404",
        GatewayVerdict.Misdirected => "the connection is another listener's: 421",
        GatewayVerdict.Malformed => "the path is malformed: 400",
        GatewayVerdict.NoRoute => $"{choice.Listener!.Label}: no rule matches: 404",
        GatewayVerdict.Preflight => $"{choice.Match!.Label}: a preflight, answered by the filter CORS: 204",
        GatewayVerdict.Redirect => FormattableString.Invariant($"{choice.Match!.Label}: filter RequestRedirect → {answer!.Status} {answer.Location}"),
        _ when choice.Backend is { } backend => $"{choice.Match!.Label} → backend {backend.Backend.Label}, which isn't valid: 500",
        _ => $"{choice.Match!.Label}: the rule isn't valid: 500",
    };

    /// <summary>That TLS ends here, and with what; for a decision without a connection, what a client would be shown.</summary>
    private static void Tls(JsonObject told, GatewayDecision decision)
    {
        told["tlsVersion"] = decision.Handshake?.Version;
        told["tlsCipher"] = decision.Handshake?.Cipher;
        if ((decision.Handshake?.Decision as GatewayCertificate ?? GatewayCertificate.For(decision.Port, decision.Facts.Host)) is { } shown) shown.Tell(told);
    }
}
