using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>Which certificate a controller shows in a handshake, and why.</summary>
internal sealed class ShownCertificate : IDecision
{
    private readonly ControllerPlan controller;
    private readonly string? serverName;
    private readonly CertificatePlan certificate;
    private readonly string why;

    internal ShownCertificate(ControllerPlan controller, string? serverName)
    {
        (this.controller, this.serverName) = (controller, serverName);
        (certificate, why) = controller.Routes.Certificates.Choose(serverName);
    }

    /// <summary>The name that the client asked for; null for none.</summary>
    internal string? ServerName => serverName;

    /// <summary>Whose certificate clients of this server are asked for; null for nobody's.</summary>
    internal ClientCertificateRule? ClientRule => ClientCertificate.RuleOf(controller, serverName?.ToLowerInvariant() ?? "");

    /// <summary>What the client showed; null for nothing.</summary>
    internal ClientShown? Client { get; private set; }

    /// <summary>What TLS is given.</summary>
    internal System.Net.Security.SslStreamCertificateContext Context => certificate.Context;

    /// <summary>Takes what the client showed, whatever that is.</summary>
    internal bool Take(ClientCertificateRule rule, System.Security.Cryptography.X509Certificates.X509Certificate? client, System.Security.Cryptography.X509Certificates.X509Chain? chain)
    {
        Client = ClientShown.Read(rule, client, chain);
        return true;
    }

    /// <summary>Adds what is known of it to a hop's facts.</summary>
    internal void Tell(JsonObject told)
    {
        told["sni"] = serverName ?? "none";
        told["certificate"] = certificate.Subject;
        told["certificateFrom"] = certificate.Source;
        told["certificateWhy"] = why;
        if (certificate.NotAfter is { } end) told["certificateNotAfter"] = end.ToString("u", System.Globalization.CultureInfo.InvariantCulture);
    }

    public IEnumerable<HopAccount> Tell()
    {
        var told = IngressFacts.Of(controller);
        Tell(told);
        yield return new HopAccount(Hop.Ingress, controller.Pod.Name, $"certificate {certificate.Subject} ({certificate.Source}), since {why}") { Facts = told };
    }
}
