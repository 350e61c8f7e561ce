using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>The load balancer as <c>explain</c> walks it.</summary>
internal sealed class LoadBalancerStep(TargetTable table, TokenCheck? tokens = null) : IRoadStep
{
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } at || generation.Find<LoadBalancerSnapshot>() is not { } snapshot) return null;
        if (snapshot.ListenerAt(at) is not { } listener)
        {
            var others = snapshot.Listeners.Where(l => l.Bound.Address.Equals(at.Address)).ToList();
            return others.Count == 0 ? null : new StepTaken([new NoListenerDecision(others[0].LoadBalancerName, others[0].LoadBalancerArn, [.. others.Select(l => l.Label)], at, traveller.UrlPort ?? at.Port, others[0].Zone)], null);
        }

        if (listener.Https && !traveller.Secured)
        {
            return traveller.Request.Scheme == "https" ? null
                : new StepTaken([new RefusedDecision(listener, Refusal.PlainHttp)], null) { Status = Refusal.PlainHttp.Status, AnsweredBy = Hop.LoadBalancer };
        }

        var given = traveller.GivenBy<LoadBalancerDecision>();
        var facts = traveller.Request with { Source = traveller.Source, Scheme = listener.Scheme };
        var (desync, rejection) = given is null ? SentHead.Read(facts) : (given.Desync, (HttpRejection?)null);
        if ((SentHead.Refused(desync, listener, rejection) ?? Refusal.Of(facts)) is { } refusal)
        {
            return new StepTaken([new RefusedDecision(listener, refusal, desync)], null) { Status = refusal.Status, AnsweredBy = Hop.LoadBalancer };
        }

        var decision = given is null
            ? LoadBalancerDecision.Make(listener, new LivingStates(table, Sends: false, tokens), facts, ProtocolMatrix.Of(listener, facts.Headers), Draw.Random(), desync, generation)
            : LoadBalancerDecision.Make(listener, new RecordedStates(given.Choice), facts, given.Choice.Spoken, given.Draw, desync, generation);
        if (decision.Choice.Rule.Action is RedirectPlan plan)
        {
            decision.Location = Redirect.Location(plan, facts, listener, port => generation.Addresses.BindAt(listener.Bound.Address, port).Port, out _);
        }

        return (decision.Choice.Rule.Action, decision.Target) switch
        {
            _ when decision.RefusedToken is { } token => Answered(decision, token.Failure.Status(), decision.TokenProblem()),
            (RedirectPlan redirect, _) => Answered(decision, redirect.Status),
            (FixedResponsePlan response, _) => Answered(decision, response.Status, LoadBalancerDecision.Refused(response) is null ? null : decision.AnsweredBy()),
            _ when decision.Choice.Transformed is { Failed: true } => Answered(decision, 500, decision.TransformProblem()),
            (_, null) => Answered(decision, decision.Choice.Mismatch ? 464 : 503),
            (_, { } target) => new StepTaken([decision], traveller with
            {
                Address = target.Bound,
                Source = listener.Bound.Address,
                Secured = false,
                NamesServer = false,
                // What stands behind reads what the load balancer says of the client.
                Request = RuleTransforms.Of(facts, decision.Choice.Transformed) with { Scheme = decision.Choice.Group!.Https ? "https" : "http", Headers = ForwardedHeaders.Of(facts, listener) },
            }),
        };
    }

    private static StepTaken Answered(LoadBalancerDecision decision, int status, string? problem = null) =>
        new([decision], null) { Status = status, AnsweredBy = Hop.LoadBalancer, Problem = problem };
}
