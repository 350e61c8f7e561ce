using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// Which Ingresses are the AWS Load Balancer Controller's (its guide, IngressClass): by the old annotation, which wins there; else by the class, whose <c>spec.controller</c> tells; else by the default
/// class. Its Helm chart installs a class <c>alb</c>: that name is the controller's where nobody wrote one.
/// </summary>
internal sealed class AlbClasses(DesiredState state)
{
    /// <summary><c>spec.controller</c> of the controller's classes.</summary>
    internal const string Controller = "ingress.k8s.aws/alb";

    /// <summary>The name of the class that its Helm chart installs.</summary>
    internal const string Name = "alb";

    private const string DefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";
    private const string LegacyAnnotation = "kubernetes.io/ingress.class";

    private readonly Dictionary<string, V1IngressClass> classes = state.All<V1IngressClass>().ToDictionary(c => c.Key.Name, c => c.Value, StringComparer.Ordinal);

    /// <summary>Whether the controller takes it.</summary>
    internal bool Has(Resource<V1Ingress> ingress)
    {
        if (Annotation(ingress.Value.Metadata, LegacyAnnotation) is { } legacy) return legacy == Name;
        var name = ingress.Value.Spec?.IngressClassName ?? classes.FirstOrDefault(c => Annotation(c.Value.Metadata, DefaultAnnotation) == "true").Key;
        return name is not null && (classes.TryGetValue(name, out var found) ? found.Spec?.Controller == Controller : name == Name);
    }

    private static string? Annotation(V1ObjectMeta? metadata, string name) => metadata?.Annotations is { } all && all.TryGetValue(name, out var value) ? value : null;
}
