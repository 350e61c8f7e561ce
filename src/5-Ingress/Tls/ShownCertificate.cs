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

    /// <summary>What TLS is given.</summary>
    internal System.Net.Security.SslStreamCertificateContext Context => certificate.Context;

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
