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
        return
        [
            .. state.All<V1Deployment>().Select(d => DeploymentProgress.Of(d, state, byOwner, observed.Now))
                .OrderBy(s => s.Key.Namespace, StringComparer.Ordinal).ThenBy(s => s.Key.Kind, StringComparer.Ordinal).ThenBy(s => s.Key.Name, StringComparer.Ordinal),
        ];
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
