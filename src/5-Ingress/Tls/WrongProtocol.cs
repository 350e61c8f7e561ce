using Usher.Model.Journeys;

namespace Usher.Ingress;

/// <summary>A request that speaks something else than the controller's port does, as <c>explain</c> tells it.</summary>
/// <param name="Controller">The port.</param>
/// <param name="Status">What is answered.</param>
/// <param name="AnsweredBy">Who answers.</param>
/// <param name="Outcome">The journey's code.</param>
/// <param name="Problem">What went wrong and the way out.</param>
internal sealed record WrongProtocol(ControllerPlan Controller, int Status, Hop AnsweredBy, string Outcome, string Problem) : IDecision
{
    /// <summary>The code of a request in the plain at the HTTPS port.</summary>
    internal const string PlainOutcome = "ingress.400.plain-http-on-https-port";

    /// <summary>What to do about it.</summary>
    internal const string PlainProblem =
        "the request came in the plain to the controller's HTTPS port: whoever sends it (a target group, a Service's port) has to speak HTTPS to it, or go to the HTTP port";

    /// <summary>Set where a request of this scheme can't be served at this port; null where it can.</summary>
    internal static WrongProtocol? Of(ControllerPlan controller, string scheme) => (controller.Https, scheme) switch
    {
        (true, "http") => new(controller, 400, Hop.Ingress, PlainOutcome, PlainProblem),
        (false, "https") => new(controller, 502, Hop.LoadBalancer, "load-balancer.502.tls-handshake",
            "the controller's HTTP port speaks no TLS, so the handshake fails: let the target group's protocol be HTTP, or lead it to the HTTPS port"),
        _ => null,
    };

    public IEnumerable<HopAccount> Tell() =>
        [new HopAccount(Hop.Ingress, Controller.Pod.Name, Problem) { Facts = IngressFacts.Of(Controller), Ok = false, Outcome = Outcome }];
}
