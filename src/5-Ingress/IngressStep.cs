using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>The ingress controller as <c>explain</c> walks it.</summary>
internal sealed class IngressStep(IServiceFronts fronts, BalancerTable? balancers = null) : IRoadStep
{
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } at || generation.Find<IngressSnapshot>()?.ControllerAt(at) is not { } controller) return null;
        if (WrongProtocol.Of(controller, traveller.Request.Scheme) is { } wrong) return new StepTaken([wrong], null) { Status = wrong.Status, AnsweredBy = wrong.AnsweredBy };
        if (ProxyHeaderMismatch.Of(controller, traveller.Proxied) is { } mismatch) return new StepTaken([mismatch], null) { Status = mismatch.Status, AnsweredBy = mismatch.AnsweredBy };
        if (PassedThrough.For(controller, traveller.NamesServer ? traveller.UrlHost ?? traveller.Request.Host : null, backend => backend.Missing is null && fronts.HasReadyEndpoints(generation, backend.Front)) is { } passed)
        {
            return passed.Forwards
                ? new StepTaken([passed], traveller with { Address = passed.Backend.Front.Bound, Source = controller.Bound.Address, Proxied = null, Secured = false })
                : new StepTaken([passed], null) { AnsweredBy = Hop.Ingress, Problem = passed.Problem };
        }

        var facts = traveller.Request with { Source = traveller.Source, Scheme = controller.Scheme, Proxied = traveller.Proxied };
        var given = traveller.GivenBy<IngressDecision>();
        var decision = given is null
            ? IngressDecision.Make(controller, new LivingBackends(fronts, generation, null, balancers), facts, Draw.Random())
            : IngressDecision.Make(controller, new RecordedBackends(given.Choice), facts, given.Draw);
        decision.NamesServer = traveller.NamesServer;
        if (IngressAnswer.Of(decision) is { } answer)
        {
            // Of a recorded decision the pods of then aren't known.
            var problem = given is null ? UnreadyBackend.Told(answer, decision, fronts, generation) : answer.Problem;
            return new StepTaken([decision], null) { Status = answer.Status, AnsweredBy = Hop.Ingress, Problem = problem };
        }

        return new StepTaken([decision], traveller with
        {
            Address = decision.Choice.Bound,
            Source = controller.Bound.Address,
            Proxied = null,
            Secured = false,
            Request = facts with { Scheme = decision.Choice.Route!.Rules.BackendTls is null ? "http" : "https" },
        });
    }
}
