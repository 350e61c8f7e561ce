using System.Collections.Immutable;
using Usher.Model.Journeys;

namespace Usher.Ingress.Gateways;

/// <summary>The choice of a backend by weight, for a request, a connection or a flow (Gateway API, BackendRef.weight).</summary>
internal static class WeightedBackends
{
    /// <summary>The backend that a draw falls on; null where all weights are 0.</summary>
    /// <param name="backends">The backends, those that aren't valid among them.</param>
    /// <param name="total">The sum of their weights.</param>
    /// <param name="of">Whose they are, for people.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="reasons">Takes each backend with its share, where there are several.</param>
    internal static WeightedBackend? Draw<TReasons>(ImmutableArray<WeightedBackend> backends, int total, string of, Draw draw, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (total == 0)
        {
            if (TReasons.Wanted) reasons.Add(of, false, "the sum of its backends' weights is 0");
            return null;
        }

        var drawn = draw.Below(total);
        WeightedBackend? chosen = null;
        var upTo = 0;
        foreach (var backend in backends)
        {
            var from = upTo;
            upTo += backend.Weight;
            var wins = chosen is null && drawn < upTo;
            if (wins) chosen = backend;
            if (TReasons.Wanted && backends.Length > 1) reasons.Add($"backend {backend.Backend.Label}", wins, Share(backend, from, upTo, drawn, total), notable: wins);
            if (TReasons.Wanted && backend.Invalid is { } invalid) reasons.Add($"backend {backend.Backend.Label}", false, invalid);
        }

        return chosen;
    }

    private static string Share(WeightedBackend backend, int from, int upTo, int drawn, int total) => backend.Weight == 0
        ? "its weight is 0"
        : FormattableString.Invariant($"weight {backend.Weight} of {total}: takes draws {from}–{upTo - 1}; {drawn} was drawn");
}
