using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>
/// The IngressClass objects, and how an Ingress names its class (Kubernetes documentation, Ingress class): by <c>spec.ingressClassName</c> or by the old annotation. Which of the two counts when it has both is its
/// controller's matter.
/// </summary>
public sealed class IngressClassObjects
{
    /// <summary>The annotation that named the class before <c>spec.ingressClassName</c> did.</summary>
    public const string LegacyAnnotation = "kubernetes.io/ingress.class";

    /// <summary>The class that the AWS Load Balancer Controller's Helm chart installs.</summary>
    public const string AlbName = "alb";

    private const string AlbController = "ingress.k8s.aws/alb";
    private const string DefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";

    private readonly Dictionary<string, Resource<V1IngressClass>> classes;

    /// <summary>Those of a state.</summary>
    public IngressClassObjects(DesiredState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        classes = state.All<V1IngressClass>().ToDictionary(c => c.Key.Name, StringComparer.Ordinal);
        Default = state.All<V1IngressClass>().FirstOrDefault(c => Annotation(c.Value.Metadata, DefaultAnnotation) == "true");
    }

    /// <summary>The class of Ingresses that name none; null without one.</summary>
    public Resource<V1IngressClass>? Default { get; }

    /// <summary>Their names.</summary>
    public IReadOnlyCollection<string> Names => classes.Keys;

    /// <summary>The class of a name; null when nobody wrote one.</summary>
    public Resource<V1IngressClass>? Find(string name) => classes.GetValueOrDefault(name);

    /// <summary>Whether a class is the AWS Load Balancer Controller's: by its <c>spec.controller</c>; by its name where nobody wrote one.</summary>
    public bool IsAlb(string name) => Find(name) is { } found ? found.Value.Spec?.Controller == AlbController : name == AlbName;

    /// <summary>What an Ingress's old annotation says; null when it has none.</summary>
    public static string? Legacy(Resource<V1Ingress> ingress)
    {
        ArgumentNullException.ThrowIfNull(ingress);
        return Annotation(ingress.Value.Metadata, LegacyAnnotation);
    }

    private static string? Annotation(V1ObjectMeta? metadata, string name) => metadata?.Annotations is { } all && all.TryGetValue(name, out var value) ? value : null;
}
