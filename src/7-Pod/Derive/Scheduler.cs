using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// Gives pods to nodes. A node must pass kube-scheduler's predicates NodeUnschedulable, TaintToleration and NodeAffinity (its
/// <c>nodeSelector</c> part); of those that do, the one with the fewest pods of the same owner wins, then the one with the fewest pods,
/// then the first by name. Requests, affinity and spread constraints aren't read.
/// </summary>
internal sealed class Scheduler(IEnumerable<V1Node> nodes)
{
    private readonly List<V1Node> nodes = [.. nodes.OrderBy(n => n.Metadata.Name, StringComparer.Ordinal)];
    private readonly Dictionary<string, int> pods = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Owner), int> podsOfOwner = [];

    /// <summary>Whether there is such a node.</summary>
    public bool Knows(string node) => nodes.Exists(n => n.Metadata.Name == node);

    /// <summary>Counts a pod that has its node.</summary>
    public void Seat(string node, string owner)
    {
        pods[node] = pods.GetValueOrDefault(node) + 1;
        podsOfOwner[(node, owner)] = podsOfOwner.GetValueOrDefault((node, owner)) + 1;
    }

    /// <summary>Chooses a node and counts the pod there.</summary>
    /// <param name="spec">The pod's spec.</param>
    /// <param name="owner">What the pod belongs to; itself when nothing.</param>
    /// <param name="refusal">Why no node will do, in kube-scheduler's words; null when one was chosen.</param>
    /// <returns>The node's name, or null.</returns>
    public string? Choose(V1PodSpec spec, string owner, out string? refusal)
    {
        var judged = nodes.ConvertAll(n => (Node: n.Metadata.Name, Refusal: Refusal(n, spec)));
        var node = judged.Where(j => j.Refusal is null).Select(j => j.Node)
            .OrderBy(n => podsOfOwner.GetValueOrDefault((n, owner))).ThenBy(n => pods.GetValueOrDefault(n)).FirstOrDefault();
        refusal = node is null ? Refusal(judged.Select(j => j.Refusal!)) : null;
        if (node is not null) Seat(node, owner);
        return node;
    }

    /// <summary>Whether a node takes a pod.</summary>
    public static bool Takes(V1Node node, V1PodSpec spec) => Refusal(node, spec) is null;

    private string Refusal(IEnumerable<string> refusals)
    {
        if (nodes.Count == 0) return "no nodes available to schedule pods: there is no Node among the objects; add one (kind: Node)";
        var counted = refusals.GroupBy(r => r).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} node(s) {g.Key}");
        return $"0/{nodes.Count} nodes are available: {string.Join(", ", counted)}";
    }

    private static string? Refusal(V1Node node, V1PodSpec spec)
    {
        if (node.Spec?.Unschedulable == true && spec.Tolerations?.Any(t => Tolerates(t, Cordon)) != true) return "were unschedulable";
        if (spec.NodeSelector is { } wanted && !LabelSelectors.Has(node.Metadata.Labels, wanted))
        {
            return "didn't match Pod's node affinity/selector";
        }

        var taint = node.Spec?.Taints?.FirstOrDefault(t =>
            t.Effect is "NoSchedule" or "NoExecute" && t.Key != Cordon.Key && spec.Tolerations?.Any(toleration => Tolerates(toleration, t)) != true);
        return taint is null ? null : $"had untolerated taint {{{taint.Key}: {taint.Value}}}";
    }

    private static readonly V1Taint Cordon = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    /// <summary>Whether a toleration matches a taint.</summary>
    public static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) ? toleration.OperatorProperty == "Exists" : toleration.Key == taint.Key)
        && (toleration.OperatorProperty == "Exists" || (toleration.Value ?? "") == (taint.Value ?? ""));
}
