namespace Usher.LoadBalancer;

/// <summary>
/// Automatic target weights (ALB user guide, Target groups, Automatic target weights): which targets are anomalous, and what the mitigation gives them. AWS tells what is compared, HTTP 5xx and connection
/// errors, that at least three targets have to be healthy, and that a target gets its traffic back when it recovers; not by which arithmetic. Here:
/// <list type="bullet">
/// <item>Every ten seconds each target's requests of the last minute are compared with those of all others together.</item>
/// <item>It is anomalous when its part of failures is more than three times theirs and five points on top. It takes ten requests to become so; to stay so, any.</item>
/// <item>With mitigation, an anomalous target's weight is halved, down to an eighth; a normal one's is doubled, up to the whole.</item>
/// </list>
/// Pure.
/// </summary>
internal static class AnomalyDetection
{
    /// <summary>How many targets of the group have to be healthy.</summary>
    internal const int LeastTargets = 3;

    /// <summary>How many requests a target must have had, and the others together, before it is compared.</summary>
    internal const int LeastRequests = 10;

    /// <summary>What an anomalous target keeps at least, so that its recovery is seen.</summary>
    internal const double LeastWeight = 0.125;

    private const double Times = 3;
    private const double Points = 0.05;

    /// <summary>How a target stands after one more comparison.</summary>
    /// <param name="before">How it stood.</param>
    /// <param name="own">Its requests.</param>
    /// <param name="others">Those of the others.</param>
    /// <param name="healthy">How many targets of its group are healthy.</param>
    /// <param name="mitigates">Whether <c>load_balancing.algorithm.anomaly_mitigation</c> is on.</param>
    internal static TargetStanding Next(TargetStanding before, OutcomeCount own, OutcomeCount others, int healthy, bool mitigates)
    {
        var comparable = healthy >= LeastTargets && own.Requests >= (before.Anomalous ? 1 : LeastRequests) && others.Requests >= LeastRequests;
        var anomalous = comparable && own.Rate > (Times * others.Rate) + Points;
        var weight = !mitigates ? 1 : anomalous ? Math.Max(before.Weight / 2, LeastWeight) : Math.Min(before.Weight * 2, 1);
        return new TargetStanding(anomalous, weight, own, others);
    }

    /// <summary>Why a target has its weight, for a person.</summary>
    internal static string Tell(TargetStanding standing) => standing is { Anomalous: false, Mitigated: false } ? "weight 1, normal" : FormattableString.Invariant(
        $"weight {standing.Weight:0.###}, {standing.Result}: {standing.Own.Failures} of its {standing.Own.Requests} requests failed in the last minute, {standing.Others.Failures} of the others' {standing.Others.Requests}");
}
