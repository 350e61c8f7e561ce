using Usher.Model.Aws;
using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>What a pod's readiness gates say; pure.</summary>
/// <param name="All">How many it has.</param>
/// <param name="Open">Of how many the condition is True.</param>
/// <param name="Blocked">Whether one of the others waits for a condition that nothing here sets.</param>
/// <param name="Message">Why the others aren't open, in the kubelet's words (<c>GeneratePodReadyCondition</c>), with the condition's own; null when all are.</param>
internal sealed record GateReading(int All, int Open, bool Blocked, string? Message)
{
    private static readonly GateReading None = new(0, 0, Blocked: false, null);

    /// <summary>Reads them. A condition that isn't there counts as False (Kubernetes documentation, Pod Lifecycle, Pod readiness).</summary>
    /// <param name="plan">The pod.</param>
    /// <param name="condition">Its conditions by type; null for one that nobody set.</param>
    public static GateReading Of(PodPlan plan, Func<string, PodConditionStatus?> condition)
    {
        if (plan.Pod.Spec.ReadinessGates is not { Count: > 0 }) return None;
        var read = plan.Gates.Select(type => (Type: type, Condition: condition(type))).ToList();
        var closed = read.FindAll(g => g.Condition is not { IsTrue: true });
        return new GateReading(
            read.Count, read.Count - closed.Count, closed.Exists(g => TargetHealthGate.Binding(g.Type) is null), closed.Count == 0 ? null : string.Join(", ", closed.Select(g => Words(g.Type, g.Condition))));
    }

    private static string Words(string type, PodConditionStatus? condition)
    {
        if (condition is null) return $"corresponding condition of pod readiness gate \"{type}\" does not exist.";
        var own = string.Join(": ", new[] { condition.Reason, condition.Message }.OfType<string>());
        return $"the status of pod readiness gate \"{type}\" is not \"True\", but False{(own.Length > 0 ? $" ({own})" : "")}";
    }
}
