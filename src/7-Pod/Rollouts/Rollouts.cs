using System.Collections.Immutable;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>How far the running generation's workloads are.</summary>
internal sealed class Rollouts(IGenerationSource generations, IPodDirectory pods, TimeProvider time) : IRollouts
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatus> Current => Of(generations.Current.State, new Observed(time.GetUtcNow(), pods.Current));

    /// <summary>The statuses of a state; pure.</summary>
    public static IReadOnlyList<RolloutStatus> Of(DesiredState state, Observed observed)
    {
        var byOwner = state.All<V1Pod>()
            .Select(p => new PodEntry(p.Key, p.Value, p.Origin, p.Value, observed.Pods.GetValueOrDefault(p.Key)))
            .Where(p => p.Controller is not null)
            .ToLookup(p => (p.Controller!.Kind, p.Key.Namespace, p.Controller.Name));
        // Nobody waits for what isn't run.
        var leftOut = PodCarryOver.Of(state).LeftOut;
        return
        [
            .. Run<V1Deployment>().Select(d => DeploymentProgress.Of(Autoscaling.Of(d, state), state, byOwner, observed.Now))
                .Concat(Run<V1ReplicaSet>().Where(s => s.Origin != Origin.Derived).Concat(Run<V1ReplicationController>().Select(ReplicationControllers.AsSet))
                    .Select(s => SetProgress.Of(Autoscaling.Of(s, state), Of(s.Key), observed.Now)))
                .Concat(Run<V1StatefulSet>().Select(s => SetProgress.Of(Autoscaling.Of(s, state), state, Of(s.Key), observed.Now)))
                .Concat(Run<V1DaemonSet>().Select(s => SetProgress.Of(s, state, Of(s.Key), observed.Now)))
                .Concat(Run<V1Job>().Select(j => SetProgress.Of(j, Of(j.Key))))
                .OrderBy(s => s.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.Key.Kind, StringComparer.Ordinal).ThenBy(s => s.Key.Name, StringComparer.Ordinal),
        ];

        IEnumerable<Resource<T>> Run<T>() where T : class => state.All<T>().Where(r => !leftOut.Contains(r.Key));

        IReadOnlyList<PodEntry> Of(ResourceKey owner) => [.. byOwner[(owner.Kind, owner.Namespace, owner.Name)]];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RolloutStatus>> WhenDoneAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            // Time alone makes pods available: looking now and then is simpler than knowing when.
            var left = Current.Where(s => !s.Done).ToList();
            if (left.TrueForAll(s => s.Failed) || time.GetElapsedTime(started) >= limit) return left;
            await Task.Delay(Look, time, cancellationToken);
        }
    }
}
