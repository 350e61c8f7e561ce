using System.Text.Json.Nodes;

namespace Usher.LoadBalancer;

/// <summary>What load balancers of both types tell of a group's targets.</summary>
internal static class TargetFacts
{
    /// <summary>How many targets there are, and the chosen one.</summary>
    /// <param name="facts">Takes it.</param>
    /// <param name="group">The target group.</param>
    /// <param name="reading">What was read of it.</param>
    /// <param name="failOpen">Whether all were taken for healthy.</param>
    /// <param name="target">The chosen one's index; -1 for none.</param>
    internal static void AddTo(JsonObject facts, TargetGroupPlan group, GroupReading reading, bool failOpen, int target)
    {
        facts["registered"] = reading.Registered;
        facts["healthy"] = reading.Healthy;
        facts["failOpen"] = failOpen;
        if (target < 0) return;
        var chosen = group.Targets[target];
        facts["target"] = chosen.Label;
        facts["targetAddress"] = chosen.Declared.ToString();
        facts["targetBound"] = chosen.Bound.ToString();
        facts["targetZone"] = chosen.Zone;
        facts["targetHealth"] = reading.Targets[target].Health.Name;
    }

    /// <summary>How a target stands, as a reason: its health and what it <paramref name="carries"/>.</summary>
    internal static string Standing(TargetGroupPlan group, GroupReading reading, TargetHealth health, string carries, bool failOpen) => (health.Usable, failOpen) switch
    {
        (true, _) => $"{health.Name}, {carries}",
        (false, true) => $"{health.Name} ({health.Description}), {carries}, but {TooFew(group, reading)}, so all are used",
        _ => $"{health.Name}: {health.Description}",
    };

    /// <summary>Why the healthy targets are too few to send to them alone.</summary>
    internal static string TooFew(TargetGroupPlan group, GroupReading reading)
    {
        var healthy = reading.Healthy;
        return healthy == 0 ? "no target is healthy" : $"{healthy} of {reading.Registered} targets are healthy and the group wants {group.Minimum}";
    }
}
