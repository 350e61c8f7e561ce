using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Service;

/// <summary>What the API server told at one moment: the possible endpoints and who lived.</summary>
/// <param name="Number">Counts them.</param>
/// <param name="Snapshot">The Services of a generation.</param>
/// <param name="Living">The pods.</param>
/// <param name="At">When that came to be, in ticks of the clock.</param>
internal sealed record EndpointChange(long Number, ServiceSnapshot Snapshot, ImmutableDictionary<ResourceKey, PodStatus> Living, long At)
{
    /// <summary>
    /// Whether EndpointSlices differ between two moments of one generation: a restart, or another message, changes none. kube-proxy hears of slices only.
    /// </summary>
    public bool Differs(ImmutableDictionary<ResourceKey, PodStatus> living)
    {
        if (ReferenceEquals(Living, living)) return false;
        foreach (var pod in Snapshot.Pods)
        {
            if (Condition(Living.GetValueOrDefault(pod)) != Condition(living.GetValueOrDefault(pod))) return true;
        }

        return false;
    }

    /// <summary>Whether every pod that is an endpoint is ready.</summary>
    public bool IsWhole => Snapshot.Pods.All(p => Living.GetValueOrDefault(p) is { Ready: true, Terminating: false });

    /// <summary>Whether a pod that was ready isn't any more.</summary>
    public bool Loses(ImmutableDictionary<ResourceKey, PodStatus> living) => Snapshot.Pods.Any(p =>
        Living.GetValueOrDefault(p) is { Ready: true, Terminating: false } && living.GetValueOrDefault(p) is not { Ready: true, Terminating: false });

    private static (bool There, bool Ended, bool Ready, bool Terminating) Condition(PodStatus? pod) =>
        (pod is not null, pod?.Phase is "Succeeded" or "Failed", pod?.Ready == true, pod?.Terminating == true);
}
