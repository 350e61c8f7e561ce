using System.Globalization;

namespace Usher.Pod;

/// <summary>Which pods a workload waits for though their containers are ready. kubectl doesn't say it.</summary>
internal static class GateWait
{
    /// <summary>What is added to a workload's message; empty when no pod waits for its readiness gates.</summary>
    public static string Of(IEnumerable<PodEntry> pods)
    {
        var waiting = pods.Where(p => p is { Ready: false, Status: { ContainersReady: true } status } && status.OpenGates < status.Gates).OrderBy(p => p.Key.Name, StringComparer.Ordinal).ToList();
        if (waiting.Count == 0) return "";
        var more = waiting.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {waiting.Count - 1} more)");
        return $"; pod {waiting[0].Key.Name}{more}: {waiting[0].Status!.Message}";
    }
}
