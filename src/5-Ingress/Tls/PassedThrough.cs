using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>
/// A connection at the HTTPS port that goes on as it came, since the server that its client names has <c>ssl-passthrough</c> and the controller <c>--enable-ssl-passthrough</c> (ingress-nginx documentation, TLS/HTTPS, SSL Passthrough): to the
/// Service of the host's path <c>/</c>, by its virtual IP. Nothing of HTTP is read, so no other annotation of the Ingress counts.
/// </summary>
internal sealed class PassedThrough : IConnectionDecision, IProblemTeller
{
    private readonly ControllerPlan controller;
    private readonly string serverName;
    private readonly ServerPlan server;
    private readonly bool ready;

    private PassedThrough(ControllerPlan controller, string serverName, ServerPlan server, bool ready) => (this.controller, this.serverName, this.server, this.ready) = (controller, serverName, server, ready);

    /// <summary>Where it goes.</summary>
    internal BackendPlan Backend => server.Passthrough!.Backend;

    /// <summary>Whether there is an endpoint for it.</summary>
    internal bool Forwards => ready && Backend is { Missing: null, HasVirtualIP: true };

    /// <inheritdoc/>
    public string? Problem => Forwards ? null : Backend.Missing?.Why
        ?? (Backend.HasVirtualIP ? $"Service {Backend.Label} has no ready endpoint; look at its selector and at its pods' readiness" : $"Service {Backend.Label} is headless, and ssl-passthrough goes by virtual IPs");

    /// <summary>Decides by the server name of a ClientHello; null where TLS ends here.</summary>
    internal static PassedThrough? For(ControllerPlan controller, string? serverName, Func<BackendPlan, bool> isReady)
    {
        if (!controller.PassesThrough || !controller.Https || string.IsNullOrEmpty(serverName)) return null;
        var name = serverName.ToLowerInvariant();
        // A name that no rule has isn't the rules without a host: those have no name to be asked by.
        return ServerChoice.Of(controller.Routes, name, default(NoReasons)) is { Host.Length: > 0, Passthrough: { } route } server
            ? new PassedThrough(controller, name, server, route.Backend.Missing is null && isReady(route.Backend))
            : null;
    }

    /// <summary>As a relay takes it.</summary>
    internal FrontDecision Front() => Forwards ? new FrontDecision(this, Backend.Front.Bound, controller.Bound.Address) { Declared = Backend.Front.Declared } : new FrontDecision(this, null, null);

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        ServerChoice.Of(controller.Routes, serverName, reasons);
        reasons.Add("ssl-passthrough", true, $"{server.Passthrough!.Ingress.Short} has connections for {server.Host} relayed as they come");
        var told = IngressFacts.Of(controller);
        told["sni"] = serverName;
        told["host"] = server.Host;
        told["ingress"] = server.Passthrough.Ingress.Short;
        if (Forwards) IngressFacts.Tell(told, Backend);
        else told["service"] = Backend.Label;
        yield return new HopAccount(
            Hop.Ingress, controller.Pod.Name,
            Forwards ? $"{server.Passthrough.Label}: TLS for {serverName} goes on as it came → Service {Backend.Label} {Backend.Front.Declared}" : $"{server.Passthrough.Label}: TLS for {serverName} would go on as it came, but {Problem}")
        {
            Facts = told,
            Reasons = reasons.All,
            Ok = Forwards,
            Outcome = Forwards ? null : $"ingress.{Backend.Missing?.Code ?? "no-endpoints"}",
        };
    }
}
