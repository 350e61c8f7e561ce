using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// Which Ingresses are the AWS Load Balancer Controller's (its guide, IngressClass): by the old annotation, which wins there; else by the class, whose <c>spec.controller</c> tells; else by the default
/// class.
/// </summary>
internal sealed class AlbClasses(DesiredState state)
{
    private readonly IngressClassObjects classes = new(state);

    /// <summary>Whether the controller takes it.</summary>
    internal bool Has(Resource<V1Ingress> ingress) => IngressClassObjects.Legacy(ingress) is { } legacy
        ? legacy == IngressClassObjects.AlbName
        : NameOf(ingress, classes) is { } name && classes.IsAlb(name);

    /// <summary>The class that an Ingress without the old annotation has; null when it has none.</summary>
    internal static string? NameOf(Resource<V1Ingress> ingress, IngressClassObjects classes) => ingress.Value.Spec?.IngressClassName ?? classes.Default?.Key.Name;
}
