using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A connection with a PROXY header where none is read, or without one where every connection has to have it, as <c>explain</c> tells it.</summary>
/// <param name="Controller">The port.</param>
/// <param name="Status">What is answered; null where the connection is closed without an answer.</param>
/// <param name="AnsweredBy">Who answers; null where nobody does.</param>
/// <param name="Outcome">The journey's code.</param>
/// <param name="Problem">What went wrong and the way out.</param>
internal sealed record ProxyHeaderMismatch(ControllerPlan Controller, int? Status, Hop? AnsweredBy, string Outcome, string Problem) : IDecision
{
    /// <summary>Set where the port and who dials it don't go together; null where they do.</summary>
    /// <param name="controller">The port.</param>
    /// <param name="sent">The header that is sent; null for none.</param>
    internal static ProxyHeaderMismatch? Of(ControllerPlan controller, ProxiedEnds? sent) => (controller.Config.UseProxyProtocol, sent) switch
    {
        (true, null) => new(controller, null, null, "ingress.no-proxy-header",
            "use-proxy-protocol is true in the controller's ConfigMap, and whoever dials it sends no PROXY header, so it closes the connection: an Application Load Balancer never sends one, a Network Load Balancer does with proxy_protocol_v2.enabled in its target group"),
        (false, not null) => new(controller, 400, Hop.Ingress, "ingress.400.malformed",
            "the load balancer sends a PROXY header (proxy_protocol_v2.enabled) that the controller takes for a malformed request: set use-proxy-protocol to \"true\" in its ConfigMap, or switch the attribute off"),
        _ => null,
    };

    public IEnumerable<HopAccount> Tell() =>
        [new HopAccount(Hop.Ingress, Controller.Pod.Name, Problem) { Facts = IngressFacts.Of(Controller), Ok = false, Outcome = Outcome }];
}
