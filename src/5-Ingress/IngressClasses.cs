using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Which controller an Ingress is for (Kubernetes documentation, Ingress class).</summary>
internal sealed class IngressClasses(CompileContext context)
{
    private const string DefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";
    private const string LegacyAnnotation = "kubernetes.io/ingress.class";
    private readonly Dictionary<string, Resource<V1IngressClass>> classes = context.State.All<V1IngressClass>().ToDictionary(c => c.Key.Name, StringComparer.Ordinal);

    /// <summary>The controller class, or null after an error.</summary>
    internal string? ControllerOf(Resource<V1Ingress> ingress)
    {
        var legacy = Annotation(ingress.Value.Metadata, LegacyAnnotation);
        var name = ingress.Value.Spec?.IngressClassName ?? legacy;
        var field = ingress.Value.Spec?.IngressClassName is null && legacy is not null ? $"metadata.annotations.{LegacyAnnotation}" : "spec.ingressClassName";
        if (name is null)
        {
            var standard = classes.Values.FirstOrDefault(c => Annotation(c.Value.Metadata, DefaultAnnotation) == "true");
            if (standard is not null) return Controller(ingress, standard, "spec.ingressClassName");
            context.Errors.Add(ingress, "spec", $"names no ingressClassName and no IngressClass is the default, so no controller would serve it; {Known()}");
            return null;
        }

        if (classes.TryGetValue(name, out var found)) return Controller(ingress, found, field);
        context.Errors.Add(ingress, field, $"found '{name}'; there is no such IngressClass; {Known()}");
        return null;
    }

    private string? Controller(Resource<V1Ingress> ingress, Resource<V1IngressClass> found, string field)
    {
        if (found.Value.Spec?.Controller == ControllerImage.NginxClass) return ControllerImage.NginxClass;
        context.Errors.Add(ingress, field,
            $"IngressClass {found.Key.Name} is for the controller '{found.Value.Spec?.Controller}'; supported so far is {ControllerImage.NginxClass}");
        return null;
    }

    private string Known() => classes.Count == 0 ? "there are none" : $"there are {string.Join(", ", classes.Keys.Order(StringComparer.Ordinal))}";

    private static string? Annotation(V1ObjectMeta? metadata, string name) =>
        metadata?.Annotations is { } annotations && annotations.TryGetValue(name, out var value) ? value : null;
}
