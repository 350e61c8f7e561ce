using System.Globalization;
using System.Runtime.CompilerServices;
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

    // What was made of a node last: the same object again while the same is asked of the same one.
    private static readonly ConditionalWeakTable<V1Node, Merged> Last = [];

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var intents = context.State.All<NodeIntent>().ToDictionary(i => i.Value.Node, i => i.Value, StringComparer.Ordinal);
        if (intents.Count == 0) yield break;
        foreach (var node in context.State.All<V1Node>())
        {
            if (intents.GetValueOrDefault(node.Key.Name) is { } intent) yield return new Resource(node.Key, Of(node.Value, intent), node.Origin);
        }
    }

    private static V1Node Of(V1Node node, NodeIntent intent)
    {
        if (!Last.TryGetValue(node, out var merged) || merged.Intent != intent) Last.AddOrUpdate(node, merged = new Merged(intent, Merge(node, intent)));
        return merged.Node;
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

    private sealed record Merged(NodeIntent Intent, V1Node Node);
}
