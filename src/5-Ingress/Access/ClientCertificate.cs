using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// What the controller makes of the certificate that a client showed, or didn't, by the server that its request is for (ngx_http_process_request and ngx_http_find_virtual_server of nginx; ingress-nginx's template).
/// On the plain port nobody shows one: there nothing is asked, but for <c>auth-tls-match-cn</c>.
/// </summary>
internal static class ClientCertificate
{
    /// <summary>The annotations of the request's host; null without them.</summary>
    internal static ClientCertificateRule? RuleOf(ControllerPlan controller, string host) =>
        controller.Routes.AsksClients ? ServerChoice.Of(controller.Routes, host, default(NoReasons))?.ClientCertificate : null;

    /// <summary>Whether a request is turned away.</summary>
    internal static bool Denies(ControllerPlan controller, RequestFacts facts, ShownCertificate? shown) => Answer(controller, facts, shown) is not null;

    /// <summary>The answer to a request that is turned away; null for one that isn't.</summary>
    internal static IngressAnswer? Answer(ControllerPlan controller, RequestFacts facts, ShownCertificate? shown)
    {
        if (RuleOf(controller, facts.Host) is not { } rule) return null;
        var by = rule.Ingress.Short;
        var client = controller.Https ? shown?.Client : null;
        if (controller.Https && rule.Mode != VerifyClient.Off)
        {
            if (shown is not null && shown.ClientRule != rule)
                return new IngressAnswer(421, "ingress.421.other-server", $"the handshake was for {shown.ServerName ?? "no server name"}, whose server asks for no certificate of {rule.Secret}, and the request is for {facts.Host} (auth-tls-secret of {by}): a client has to open a connection of its own for it");
            if (client is { Error: { } error } && !(rule.Mode == VerifyClient.OptionalNoCa && client.IsOverlooked))
                return Turned(controller, facts, rule, "ingress.400.client-certificate", $"the certificate of {client.Subject} isn't verified by ca.crt of Secret {rule.Secret}: {error} (auth-tls-verify-client {rule.ModeText} of {by})");
            if (client is null && rule.Mode == VerifyClient.On)
                return Turned(controller, facts, rule, "ingress.400.no-client-certificate", $"the client showed no certificate, and auth-tls-verify-client of {by} is on: it has to show one that leads to ca.crt of Secret {rule.Secret}. A load balancer that ends TLS shows none");
        }

        if (rule.Subject is { } pattern && !pattern.IsMatch(client?.Subject ?? ""))
            return new IngressAnswer(403, "ingress.403.client-certificate", client is null ? $"there is no client's certificate whose subject could match auth-tls-match-cn {pattern} of {by}" : $"the certificate's subject {client.Subject} doesn't match auth-tls-match-cn {pattern} of {by}");
        return null;
    }

    /// <summary>The page of nginx's own codes 495 and 496; null for another answer.</summary>
    internal static byte[]? Page(IngressAnswer answer) => answer.Outcome switch
    {
        "ingress.400.client-certificate" => NginxPage.BadRequest("The SSL certificate error", "The SSL certificate error"),
        "ingress.400.no-client-certificate" => NginxPage.BadRequest("No required SSL certificate was sent", "No required SSL certificate was sent"),
        "ingress.403.client-certificate" => "client certificate unauthorized"u8.ToArray(),
        _ => null,
    };

    /// <summary>What a backend is told; null for a header that is taken away.</summary>
    internal static IEnumerable<KeyValuePair<string, string?>> Headers(IngressDecision decision)
    {
        if (RuleOf(decision.Controller, decision.Facts.Host) is not { } rule) return [];
        var client = decision.Controller.Https ? decision.ShownCertificate?.Client : null;
        var verify = decision.Controller.Https ? Verified(client) : null;
        List<KeyValuePair<string, string?>> headers = [new("ssl-client-verify", verify), new("ssl-client-subject-dn", Text(client?.Subject)), new("ssl-client-issuer-dn", Text(client?.Issuer))];
        if (rule.PassCertificate) headers.Insert(0, new("ssl-client-cert", client is null ? null : NginxTemplate.EscapeComponent(client.Pem)));
        return headers;
    }

    /// <summary>Tells of what was asked and shown.</summary>
    internal static void Tell(JsonObject told, IngressDecision decision, ReasonList reasons)
    {
        if (!decision.Controller.Https || RuleOf(decision.Controller, decision.Facts.Host) is not { Mode: not VerifyClient.Off } rule) return;
        var client = decision.ShownCertificate?.Client;
        told["clientCertificate"] = client?.Subject ?? "none";
        told["clientCertificateIssuer"] = client?.Issuer;
        told["clientVerify"] = Verified(client);
        var answer = Answer(decision.Controller, decision.Facts, decision.ShownCertificate);
        reasons.Add($"auth-tls-verify-client {rule.ModeText}", answer is null, answer?.Problem ?? (client is null ? "the client showed no certificate, and needs none" : $"the client showed {client.Subject}: {(client.Error is null ? $"verified by ca.crt of Secret {rule.Secret}" : $"not verified ({client.Error}), which is overlooked")}"));
    }

    private static IngressAnswer Turned(ControllerPlan controller, RequestFacts facts, ClientCertificateRule rule, string outcome, string problem) => rule.ErrorPage is { } page
        ? new IngressAnswer(302, outcome.Replace("400", "302", StringComparison.Ordinal), problem, page.Fill(controller, facts))
        : new IngressAnswer(400, outcome, problem);

    /// <summary><c>$ssl_client_verify</c>.</summary>
    private static string Verified(ClientShown? client) => client is null ? "NONE" : client.Error is { } error ? $"FAILED:{error}" : "SUCCESS";

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
