using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The targets of a Service's port (the controller's guide, Ingress annotations, <c>target-type</c> and <c>target-node-labels</c>): the worker nodes, or the pods that its selector finds and whose containers are
/// ready: one whose readiness gate waits for its target must be registered first (the controller's <c>backend</c> package, <c>ResolvePodEndpoints</c>). Where nothing runs, as for <c>explain -f</c>, every pod is taken to be ready.
/// </summary>
internal sealed class ServiceTargets(CompileContext context)
{
    // Its guide, TargetGroupBinding, Default Node Selector.
    private static readonly V1LabelSelector Standard = new()
    {
        MatchExpressions =
        [
            Absent("node-role.kubernetes.io/master"), Absent("node.kubernetes.io/exclude-from-external-load-balancers"), Absent("alpha.service-controller.kubernetes.io/exclude-balancer"),
            new V1LabelSelectorRequirement { Key = "eks.amazonaws.com/compute-type", OperatorProperty = "NotIn", Values = ["fargate"] },
        ],
    };

    private const string GoingTaint = "ToBeDeletedByClusterAutoscaler";

    private readonly List<Resource<V1Node>> nodes = [.. context.State.All<V1Node>().Where(n => Takes(n.Value))];
    private readonly ILookup<string, Resource<V1Pod>> pods = context.State.All<V1Pod>().ToLookup(p => p.Key.Namespace, StringComparer.Ordinal);

    /// <summary>The worker nodes that a selector finds, all without one, at a NodePort.</summary>
    internal IReadOnlyList<TargetDescription> Nodes(int nodePort, V1LabelSelector? selector) =>
        [.. nodes.Where(n => selector is null || LabelSelectors.Matches(selector, n.Value.Metadata?.Labels)).Select(n => new TargetDescription(InstanceId.Of(n.Value)!, nodePort))];

    /// <summary>The pods of a Service at its port's target port; one that has no such port is none.</summary>
    internal IReadOnlyList<TargetDescription> Pods(Resource<V1Service> service, V1ServicePort port) =>
        [.. pods[service.Key.Namespace].Where(p => LabelSelectors.Selects(service.Value.Spec, p.Value) && IsReady(service.Value, p)).Select(p => Target(p, port)).OfType<TargetDescription>()];

    private static bool Takes(V1Node node) =>
        InstanceId.Of(node) is not null
        && LabelSelectors.Matches(Standard, node.Metadata?.Labels)
        && node.Spec?.Taints?.Any(t => t.Key == GoingTaint) != true
        && node.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status != "True") != true;

    private static V1LabelSelectorRequirement Absent(string label) => new() { Key = label, OperatorProperty = "DoesNotExist" };

    private bool IsReady(V1Service service, Resource<V1Pod> pod)
    {
        if (pod.Value.Metadata?.DeletionTimestamp is not null) return false;
        if (context.Observed == Observed.Nothing) return true;
        return context.Observed.Pods.TryGetValue(pod.Key, out var status) && !status.Terminating && (status.ContainersReady || service.Spec.PublishNotReadyAddresses == true);
    }

    private static TargetDescription? Target(Resource<V1Pod> pod, V1ServicePort port)
    {
        var wanted = port.TargetPort?.Value is { Length: > 0 } written ? written : $"{port.Port}";
        if (int.TryParse(wanted, out var number)) return TargetDescription.Of(pod.Key, number);
        // Sidecars (init containers that are always restarted) run beside the others, and their ports count.
        var named = (pod.Value.Spec?.Containers ?? []).Concat((pod.Value.Spec?.InitContainers ?? []).Where(c => c.RestartPolicy == "Always"))
            .SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == wanted && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"));
        return named is null ? null : TargetDescription.Of(pod.Key, named.ContainerPort);
    }
}
