using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>The end of the road for <c>explain</c>: a traveller at the address of a process or a stand-in. Parts of Usher have steps of their own.</summary>
internal sealed class PodStep(IPodDirectory directory) : IRoadStep
{
    /// <inheritdoc/>
    public StepTaken? Take(Generation generation, Traveller traveller)
    {
        if (traveller.Address is not { } address || generation.Find<PodSnapshot>()?.At(address.Address) is not { } plan) return null;
        if (plan.Runtime == PodRuntime.BuiltIn) return null;
        var decision = traveller.GivenBy<PodDecision>(d => d.Plan.Key == plan.Key)
            ?? new PodDecision(plan, directory.Current.GetValueOrDefault(plan.Key), address);
        var none = new NoReasons();
        var verdict = PodHop.Decide(decision.Plan, decision.State, decision.Bound, ref none);
        return new StepTaken([decision], null)
        {
            AnsweredBy = verdict is PodVerdict.Reaches or PodVerdict.PortNotDeclared ? Hop.Pod : null,
            // Only a stand-in's answer is known beforehand.
            Status = verdict == PodVerdict.Reaches && plan.StandInListens(address.Port) ? 200 : null,
        };
    }
}

/// <summary>The account of a pod by where a hop dialled it.</summary>
internal sealed class PodAccounts(IGenerationSource generations, IPodDirectory directory) : IPodAccounts
{
    /// <inheritdoc/>
    public HopAccount? Account(IPEndPoint bound) => generations.Current.Find<PodSnapshot>()?.At(bound.Address) is { } plan
        ? new PodDecision(plan, directory.Current.GetValueOrDefault(plan.Key), bound).Tell().First()
        : null;
}
