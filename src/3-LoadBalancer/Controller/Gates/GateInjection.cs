using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The controller's webhook for pods (its guide, Pod readiness gate): in a labelled namespace a new pod gets a readiness gate for each TargetGroupBinding of target type <c>ip</c> whose Service selects it. Bindings are those
/// that are there when the pod is made: what the controller makes of an Ingress or a Service is there one generation later.
/// </summary>
internal sealed class GateInjection : IPodAdmission
{
    private static readonly V1LabelSelector Labelled = new() { MatchLabels = new Dictionary<string, string> { [TargetHealthGate.NamespaceLabel] = "enabled" } };

    /// <inheritdoc/>
    public Func<V1Pod, V1Pod> For(CompileContext context, DesiredState previous)
    {
        // Most compiles make no pod of a labelled namespace.
        var bindings = new Lazy<ILookup<string, TargetGroupBinding>>(() => Bindings(context, previous).ToLookup(b => b.Metadata.NamespaceProperty, StringComparer.Ordinal));
        return pod => NamespaceLabels.Meets(context.State, pod.Metadata.NamespaceProperty, Labelled) ? With(pod, [.. bindings.Value[pod.Metadata.NamespaceProperty].Where(b => Selects(context.State, b, pod))]) : pod;
    }

    /// <summary>A pod with the gates of bindings. Those of the controller's first version make way for them.</summary>
    internal static V1Pod With(V1Pod pod, IReadOnlyList<TargetGroupBinding> bindings)
    {
        if (bindings.Count == 0) return pod;
        var types = (pod.Spec.ReadinessGates ?? []).Select(g => g.ConditionType).Where(t => t?.StartsWith(TargetHealthGate.LegacyPrefix, StringComparison.Ordinal) != true)
            .Concat(bindings.Select(b => TargetHealthGate.Of(b.Metadata.Name)).Order(StringComparer.Ordinal)).Distinct();
        return pod with { Spec = pod.Spec with { ReadinessGates = [.. types.Select(t => new V1PodReadinessGate { ConditionType = t })] } };
    }

    private static bool Selects(DesiredState state, TargetGroupBinding binding, V1Pod pod) =>
        state.Find<V1Service>(binding.Metadata.NamespaceProperty, binding.Spec!.ServiceRef!.Name!) is { } service && LabelSelectors.Selects(service.Value.Spec, pod);

    /// <summary>The bindings of target type <c>ip</c>: those that the controller has made, and those of people that are accepted.</summary>
    private static IEnumerable<TargetGroupBinding> Bindings(CompileContext context, DesiredState previous)
    {
        var made = new MadeObjects(previous).Bindings.DistinctBy(b => b.Spec!.TargetGroupARN).ToDictionary(b => b.Spec!.TargetGroupARN!, StringComparer.Ordinal);
        // What is wrong with one is told when its targets are registered.
        var written = new WrittenBindings(context with { Errors = new ErrorList(), Warnings = new ErrorList() }, made).Accepted();
        return made.Values.Where(b => b.Spec!.TargetType == "ip").Concat(written.Where(w => w.Group.Value.TargetType == "ip").Select(w => w.Binding.Value with
        {
            Metadata = w.Binding.Value.Metadata with { NamespaceProperty = w.Binding.Key.Namespace },
        }));
    }
}
