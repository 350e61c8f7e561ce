using System.Net;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>A readiness gate of a pod that the controller opens, and the target that it waits for.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="ConditionType">The gate's condition type.</param>
/// <param name="Binding">The TargetGroupBinding that it is named after.</param>
/// <param name="Bound">Whether that is there, with its Service.</param>
/// <param name="Terminating">Whether the pod is being stopped.</param>
/// <param name="Group">The binding's target group; null when there is none.</param>
/// <param name="Index">Which of its targets is the pod; -1 when it isn't registered.</param>
/// <param name="InUse">Whether some rule forwards to the group.</param>
internal sealed record GateSubject(ResourceKey Pod, string ConditionType, ResourceKey Binding, bool Bound, bool Terminating, TargetGroupPlan? Group, int Index, bool InUse)
{
    /// <summary>Those of a generation; pure.</summary>
    internal static IReadOnlyList<GateSubject> Of(Generation generation)
    {
        var pods = generation.State.All<V1Pod>().Where(p => p.Value.Spec?.ReadinessGates is { Count: > 0 }).ToList();
        if (pods.Count == 0 || generation.Find<LoadBalancerSnapshot>() is not { } snapshot) return [];
        var groups = snapshot.TargetGroups.ToDictionary(g => g.Arn, StringComparer.Ordinal);
        var places = new Dictionary<string, Dictionary<IPAddress, int>>(StringComparer.Ordinal);
        var byName = new Lazy<Dictionary<string, TargetGroupPlan>>(() => snapshot.TargetGroups.DistinctBy(g => g.Name).ToDictionary(g => g.Name, StringComparer.Ordinal));
        return [.. pods.SelectMany(p => p.Value.Spec.ReadinessGates.Select(g => TargetHealthGate.Binding(g.ConditionType) is { } name ? Of(p, name) : null).OfType<GateSubject>())];

        GateSubject Of(Resource<V1Pod> pod, string name)
        {
            var spec = generation.State.Find<TargetGroupBinding>(pod.Key.Namespace, name)?.Value.Spec;
            var group = spec?.TargetGroupARN is { Length: > 0 } arn ? groups.GetValueOrDefault(arn) : byName.Value.GetValueOrDefault(spec?.TargetGroupName ?? "");
            var address = generation.Addresses.Find(pod.Key)?.Declared;
            return new GateSubject(
                pod.Key, TargetHealthGate.Of(name), new ResourceKey(TargetGroupBinding.Group, "TargetGroupBinding", pod.Key.Namespace, name),
                spec?.ServiceRef?.Name is { } service && generation.State.Find<V1Service>(pod.Key.Namespace, service) is not null, pod.Value.Metadata.DeletionTimestamp is not null,
                group, group is null || address is null ? -1 : PlaceOf(group, address), group is not null && snapshot.GroupsInUse.Contains(group));
        }

        int PlaceOf(TargetGroupPlan group, IPAddress address)
        {
            if (!places.TryGetValue(group.Arn, out var found))
            {
                places[group.Arn] = found = [];
                for (var i = 0; i < group.Targets.Length; i++) found.TryAdd(group.Targets[i].Declared.Address, i);
            }

            return found.TryGetValue(address, out var place) ? place : -1;
        }
    }
}
