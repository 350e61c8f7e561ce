using k8s.Models;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// Tells of annotations that aren't carried out, and of those that the controller doesn't have: one whose name is near that of one which it has is a slip, and something is wrong; any other it ignores.
/// </summary>
/// <param name="errors">Collects what is wrong.</param>
/// <param name="warnings">Collects what has no effect.</param>
internal sealed class AnnotationCheck(ErrorList errors, ErrorList warnings)
{
    /// <summary>An Ingress of the controller's.</summary>
    internal void Of(Resource<V1Ingress> ingress) => Of(
        ingress.Key, ingress.Origin, ingress.Value.Metadata, AlbAnnotationTable.Table,
        name => AlbAnnotationTable.Former.TryGetValue(name, out var now) ? $"has no effect: it is of the controller's first version (the AWS ALB Ingress Controller), and read no more; {AlbAnnotationTable.Prefix}{now} says it now" : null);

    /// <summary>A Service that such an Ingress leads to.</summary>
    internal void Of(Resource<V1Service> service) => Of(
        service.Key, service.Origin, service.Value.Metadata, AlbAnnotationTable.Table,
        name => AlbAnnotationTable.OfTargetGroups.Contains(name, StringComparer.Ordinal) ? null : "has no effect on a Service: the controller reads it from Ingresses alone");

    /// <summary>A Service with a load balancer of its own. Below the same prefix there are other clouds' annotations, which say nothing here.</summary>
    internal void OfLoadBalancer(Resource<V1Service> service) => Of(
        service.Key, service.Origin, service.Value.Metadata, NlbAnnotationTable.Table,
        name => NlbAnnotationTable.InTree.Contains(name, StringComparer.Ordinal) ? "has no effect: it is of the cloud provider's Classic Load Balancers, and the AWS Load Balancer Controller doesn't read it" : null,
        name => name.StartsWith(NlbAnnotationTable.Start, StringComparison.Ordinal) || name.StartsWith("actions.", StringComparison.Ordinal));

    private void Of(ResourceKey key, Origin origin, V1ObjectMeta? metadata, AnnotationTable table, Func<string, string?> useless, Func<string, bool>? own = null)
    {
        var source = AnnotationSource.Of(key, origin, metadata, table.Prefix);
        foreach (var (name, value) in source.Said)
        {
            var field = source.Field(name);
            switch (table.Of(name))
            {
                case null when own?.Invoke(name) == false:
                    break;
                case null when table.Near(name) is { } near:
                    errors.Add(key, origin, field, $"the AWS Load Balancer Controller has no such annotation; did you mean {table.Prefix}{near}?");
                    break;
                case null:
                    warnings.Add(key, origin, field, "is no annotation of the AWS Load Balancer Controller, which ignores it too");
                    break;
                case AnnotationState.Refused:
                    errors.Add(key, origin, field, $"found '{value}'; this annotation isn't supported, and would change what is answered: take it away");
                    break;
                case AnnotationState.WithoutEffect when !(name.EndsWith("ip-address-type", StringComparison.Ordinal) && value == "ipv4"):
                    warnings.Add(key, origin, field, useless(name) ?? "has no effect here: nobody is kept out, and the load balancer has IPv4 addresses of this machine alone");
                    break;
                case AnnotationState.Applied when useless(name) is { } why:
                    warnings.Add(key, origin, field, why);
                    break;
                default:
                    break;
            }
        }
    }
}
