using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// The targets' health as one decision reads it: read when it is first asked for, and kept, so that the decision is replayed from the same.
/// </summary>
internal sealed class HealthReading(ITargetHealth living, Generation generation)
{
    private (ITargetHealth Living, Generation Generation)? source = (living, generation);
    private HashSet<string>? healthy;
    private Dictionary<ResourceKey, IReadOnlyList<FailedZone>>? failed;

    /// <summary>Whether a target group has a target that is healthy, or taken for healthy where nothing runs.</summary>
    public bool HasHealthyTarget(string targetGroup) => (healthy ??= Read()).Contains(targetGroup);

    /// <summary>The nodes of a load balancer whose zones are unhealthy.</summary>
    public IReadOnlyList<FailedZone> FailedZones(ResourceKey balancer)
    {
        if (failed?.TryGetValue(balancer, out var known) == true) return known;
        if (source is not var (living, generation)) return [];
        return (failed ??= [])[balancer] = living.FailedZones(generation, balancer);
    }

    /// <summary>Reads nothing more: what a journey keeps is not to hold a whole generation.</summary>
    public void Seal() => source = null;

    private HashSet<string> Read() => source is not var (living, generation) ? []
        : [.. living.All(generation).Where(t => t.State is "healthy" or "assumed healthy").Select(t => t.TargetGroup)];
}
