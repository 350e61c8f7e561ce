using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>
/// Puts what was asked of a node on the running road, and what the control plane found, into the Node, as <c>kubectl</c> and the node lifecycle
/// controller do; pure, on copies. Comes after <see cref="DefaultNodes"/>.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller"/>
internal sealed class NodeIntents : IReconciler
{
    private const string Unreachable = NodeIntent.UnreachableTaint;

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var intents = context.State.All<NodeIntent>().ToDictionary(i => i.Value.Node, i => i.Value, StringComparer.Ordinal);
        if (intents.Count == 0) yield break;
        foreach (var node in context.State.All<V1Node>())
        {
            if (intents.GetValueOrDefault(node.Key.Name) is { } intent) yield return new Resource(node.Key, Merge(node.Value, intent), node.Origin);
        }
    }

    private static V1Node Merge(V1Node node, NodeIntent intent)
    {
        var spec = node.Spec ?? new V1NodeSpec();
        var metadata = node.Metadata;
        if (intent.Unschedulable is { } unschedulable) spec = spec with { Unschedulable = unschedulable };
        if (intent.DrainedSince is { } drained)
        {
            metadata = metadata with
            {
                Annotations = new Dictionary<string, string>(metadata.Annotations ?? new Dictionary<string, string>())
                {
                    [NodeIntent.DrainAnnotation] = drained.ToString("O", CultureInfo.InvariantCulture),
                },
            };
        }

        if (intent.NotReadySince is not { } since) return node with { Metadata = metadata, Spec = spec };
        spec = spec with
        {
            Taints =
            [
                .. (spec.Taints ?? []).Where(t => t.Key != Unreachable),
                new V1Taint { Key = Unreachable, Effect = "NoSchedule", TimeAdded = since.UtcDateTime },
                new V1Taint { Key = Unreachable, Effect = "NoExecute", TimeAdded = since.UtcDateTime },
            ],
        };
        var status = (node.Status ?? new V1NodeStatus()) with
        {
            Conditions =
            [
                .. (node.Status?.Conditions ?? []).Where(c => c.Type != "Ready"),
                new V1NodeCondition
                {
                    Type = "Ready", Status = "Unknown", Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting node status.", LastTransitionTime = since.UtcDateTime,
                },
            ],
        };
        return node with { Metadata = metadata, Spec = spec, Status = status };
    }
}
