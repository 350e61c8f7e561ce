using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>Tells of annotations that aren't carried out, and of those that the controller doesn't have.</summary>
internal static class AnnotationCheck
{
    /// <summary>An Ingress of the controller's.</summary>
    internal static void Of(CompileContext context, Resource<V1Ingress> ingress) => Of(context, ingress.Key, ingress.Origin, ingress.Value.Metadata?.Annotations, isService: false);

    /// <summary>A Service that such an Ingress leads to.</summary>
    internal static void Of(CompileContext context, Resource<V1Service> service) => Of(context, service.Key, service.Origin, service.Value.Metadata?.Annotations, isService: true);

    private static void Of(CompileContext context, ResourceKey key, Origin origin, IDictionary<string, string>? written, bool isService)
    {
        foreach (var (whole, value) in written ?? new Dictionary<string, string>())
        {
            if (!whole.StartsWith(AlbAnnotationTable.Prefix, StringComparison.Ordinal)) continue;
            var name = whole[AlbAnnotationTable.Prefix.Length..];
            var field = AlbAnnotations.Field(name);
            switch (AlbAnnotationTable.Of(name))
            {
                case null:
                    var near = NearestWord.Of(name, AlbAnnotationTable.Names);
                    context.Errors.Add(key, origin, field, $"the AWS Load Balancer Controller has no such annotation{(near is null ? "" : $"; did you mean {AlbAnnotationTable.Prefix}{near}?")}");
                    break;
                case AlbAnnotationState.Refused:
                    context.Errors.Add(key, origin, field, $"found '{value}'; this annotation isn't supported, and would change what is answered: take it away");
                    break;
                case AlbAnnotationState.WithoutEffect when !(name == "ip-address-type" && value == "ipv4"):
                    context.Warnings.Add(key, origin, field, "has no effect here: nobody is kept out, and the load balancer has IPv4 addresses of this machine alone");
                    break;
                case AlbAnnotationState.Applied when isService && !AlbAnnotationTable.OfTargetGroups.Contains(name, StringComparer.Ordinal):
                    context.Warnings.Add(key, origin, field, "has no effect on a Service: the controller reads it from Ingresses alone");
                    break;
                default:
                    break;
            }
        }
    }
}
