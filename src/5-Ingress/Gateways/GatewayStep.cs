using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A Gateway as <c>explain</c> walks it.</summary>
internal sealed class GatewayStep(IServiceFronts fronts, GatewayService service, BalancerTable balancers) : IRoadStep
{
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } at || generation.Find<GatewaySnapshot>()?.PortAt(at) is not { } port) return null;
        var tls = port.Plan.Protocol == PortProtocol.Tls;
        if (port.Plan.Protocol == PortProtocol.Tcp || (tls && GatewayCertificate.ListenerOf(port, NameOf(traveller))?.Kind is ListenerKind.Stream or ListenerKind.Passthrough)) return Connection(generation, port, traveller);
        if (GatewayMismatch.Of(port, traveller.Request.Scheme, NameOf(traveller)) is { } wrong) return new StepTaken([wrong], null) { AnsweredBy = wrong.AnsweredBy, Status = wrong.Status, Problem = wrong.Problem };
        var facts = traveller.Request with { Source = traveller.Source, Scheme = tls ? "https" : "http", Proxied = null };
        var asked = tls ? GatewayCertificate.ListenerOf(port, NameOf(traveller)) : null;
        var given = traveller.GivenBy<GatewayDecision>();
        var decision = given is null
            ? GatewayDecision.Make(port, asked, Living(generation, port), facts, Draw.Random())
            : GatewayDecision.Make(port, asked, new RecordedBackend(given.Choice.Read), facts, given.Draw);
        if (GatewayAnswer.Of(decision) is { } answer)
            return new StepTaken([decision], null) { Status = answer.Status, AnsweredBy = Hop.Ingress, Problem = given is null ? service.Told(answer, decision, generation) : answer.Problem };
        return new StepTaken([decision], Onwards(traveller, port, decision.Choice.Read.Bound(decision.Choice.Backend!)) with { Request = facts with { Scheme = decision.Choice.Backend!.Tls is null ? "http" : "https" } });
    }

    private StepTaken Connection(Generation generation, GatewayPort port, Traveller traveller)
    {
        var given = traveller.GivenBy<GatewayConnectionDecision>();
        var decision = given is null
            ? GatewayConnectionDecision.Make(port, NameOf(traveller), Living(generation, port), Draw.Random())
            : GatewayConnectionDecision.Make(port, NameOf(traveller), new RecordedBackend(given.Choice.Read), given.Draw);
        if (decision.Problem is { } problem) return new StepTaken([decision], null) { AnsweredBy = Hop.Ingress, Problem = problem };
        var (ends, begins) = (decision.Choice.Listener!.Tls is not null, decision.Choice.Backend!.Tls is not null);
        return new StepTaken([decision], Onwards(traveller, port, decision.Choice.Read.Bound(decision.Choice.Backend!)) with
        {
            Request = traveller.Request with { Scheme = begins ? "https" : ends ? "http" : traveller.Request.Scheme },
        });
    }

    private LivingBackend Living(Generation generation, GatewayPort port) => new(fronts, generation, balancers, port.Pod) { TakesTurns = false };

    private static Traveller Onwards(Traveller traveller, GatewayPort port, IPEndPoint backend) => traveller with
    {
        Address = backend,
        Source = port.Bound.Address,
        Proxied = null,
        Secured = false,
    };

    private static string? NameOf(Traveller traveller) => traveller.NamesServer ? traveller.UrlHost ?? traveller.Request.Host : null;
}
