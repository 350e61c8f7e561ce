using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>What the classes of Ingresses say for them by IngressClassParams (the controller's guide, IngressClass); a class that the old annotation names says nothing, as there.</summary>
internal sealed class ClassParams(CompileContext context)
{
    private readonly IngressClassObjects classes = new(context.State);
    private readonly HashSet<string> fine = [.. context.State.All<IngressClassParams>().Where(p => ParamsCheck.Passes(context, p)).Select(p => p.Key.Name)];

    /// <summary>The parameters of an Ingress's class; null when it has none.</summary>
    /// <param name="ingress">One of the controller's.</param>
    /// <param name="problem">Why it can't be of its class; null when it can.</param>
    internal Resource<IngressClassParams>? Of(Resource<V1Ingress> ingress, out string? problem)
    {
        problem = null;
        if (IngressClassObjects.Legacy(ingress) is not null) return null;
        if (AlbClasses.NameOf(ingress, classes) is not { } name || classes.Find(name)?.Value.Spec?.Parameters is not { } reference) return null;
        if (reference.ApiGroup != TargetGroupBinding.Group || reference.Kind != "IngressClassParams")
        {
            problem = $"IngressClass {name} references unknown parameters: found {reference.Kind} of {reference.ApiGroup}; IngressClassParams of {TargetGroupBinding.Group} is wanted";
            return null;
        }

        var found = context.State.Find<IngressClassParams>("", reference.Name);
        if (found is null) problem = $"IngressClass {name} has the parameters {reference.Name}, and there is no IngressClassParams of that name";
        else if (found.Value.Spec?.NamespaceSelector is { } selector && !NamespaceLabels.Meets(context.State, ingress.Key.Namespace, selector))
        {
            problem = $"namespaceSelector of IngressClassParams {reference.Name} mismatch: namespace {ingress.Key.Namespace} may not have the class {name}";
        }

        return problem is null && fine.Contains(reference.Name) ? found : null;
    }
}
