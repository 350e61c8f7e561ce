using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using static Usher.LoadBalancer.NlbAnnotationTable;

namespace Usher.LoadBalancer;

/// <summary>
/// Which Services the AWS Load Balancer Controller makes a Network Load Balancer for (its guide, Network Load Balancer):
/// <list type="number">
/// <item>one of type LoadBalancer with the class <c>service.k8s.aws/nlb</c>, and with no other;</item>
/// <item>one of type LoadBalancer without a class: since v2.5 the controller's webhook gives it this one, whatever its annotations say;</item>
/// <item>one of another type with the annotation <c>aws-load-balancer-type: external</c> and a target type, or <c>nlb-ip</c>.</item>
/// </list>
/// </summary>
internal static class NlbServices
{
    internal const string Class = "service.k8s.aws/nlb";

    private const string TypeAnnotation = $"{Prefix}{Start}type";
    private const string TargetTypeAnnotation = $"{Prefix}{Start}nlb-target-type";

    /// <summary>Those of a state. Warns of the ones that another controller would serve.</summary>
    internal static IEnumerable<Resource<V1Service>> Of(CompileContext context) => context.State.All<V1Service>().Where(s => Has(context, s));

    private static bool Has(CompileContext context, Resource<V1Service> service)
    {
        var said = service.Value.Metadata?.Annotations;
        var type = said is not null && said.TryGetValue(TypeAnnotation, out var written) ? written : null;
        switch (service.Value.Spec)
        {
            case null or { Type: "ExternalName" }:
                return false;
            case { Type: "LoadBalancer", LoadBalancerClass: { Length: > 0 } name } when name != Class:
                context.Warnings.Add(service, "spec.loadBalancerClass",
                    $"found {name}; {(name == "eks.amazonaws.com/nlb" ? "EKS Auto Mode" : "the controller of that class")} would serve it, and isn't here, so no load balancer is made and EXTERNAL-IP stays <pending>; the AWS Load Balancer Controller's class is {Class}");
                return false;
            case { Type: "LoadBalancer", LoadBalancerClass: null or "" } when type is not (null or "external" or "nlb-ip"):
                context.Warnings.Add(service, $"metadata.annotations.{TypeAnnotation}",
                    $"found '{type}'; the cloud provider would serve it where the AWS Load Balancer Controller isn't installed. Here it is, and its webhook gives a new Service its class whatever this says, so the Network Load Balancer is the controller's");
                return true;
            case { Type: "LoadBalancer" }:
                return true;
            default:
                return type == "nlb-ip" || (type == "external" && said!.TryGetValue(TargetTypeAnnotation, out var targets) && targets is "ip" or "instance");
        }
    }
}
