using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>What a controller's own answer is told with: its problem, and why a Service has no endpoint that is ready, from the hop that knows.</summary>
internal static class UnreadyBackend
{
    /// <summary>The problem; null where there is none.</summary>
    internal static string? Told(IngressAnswer answer, IngressDecision decision, IServiceFronts fronts, Generation generation)
    {
        if (string.IsNullOrEmpty(answer.Problem)) return null;
        if (decision.Choice.Verdict != IngressVerdict.Unavailable || decision.Choice.Route!.Backend.Missing is not null) return answer.Problem;
        return Told(answer.Problem, decision.Choice.Route!.Backend, decision.Controller.Bound.Address, fronts, generation);
    }

    /// <summary>A problem of a backend without a ready endpoint, with why it has none.</summary>
    internal static string Told(string problem, BackendPlan backend, System.Net.IPAddress source, IServiceFronts fronts, Generation generation)
    {
        // A headless Service has no front that could tell.
        IReadOnlyList<Reason> reasons = backend.HasVirtualIP
            ? fronts.Decide(generation, backend.Front, source).Decision.Tell().LastOrDefault()?.Reasons ?? []
            : [.. fronts.EndpointsOf(generation, backend.Front).All.Select(e => new Reason(e.Label, false, e.Message ?? "it isn't ready"))];
        return reasons.Count == 0 ? $"{problem}. Its selector takes no pod" : $"{problem}. {string.Join("; ", reasons.Take(3).Select(r => $"{r.Candidate}: {r.Why}"))}";
    }
}
