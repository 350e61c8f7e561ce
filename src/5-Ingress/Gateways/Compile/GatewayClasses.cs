using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// Which Gateways are served here. Usher stands for whatever controller a class names, but for the AWS Load Balancer Controller, whose Gateways are load balancers. A class that nobody has written is taken to come with a controller's
/// own manifests.
/// </summary>
internal static class GatewayClasses
{
    /// <summary>The domain of the AWS Load Balancer Controller's controller names.</summary>
    private const string Aws = "gateway.k8s.aws/";

    /// <summary>The Gateways that are served, the oldest first.</summary>
    internal static IEnumerable<Resource<Gateway>> Served(DesiredState state) => state.All<Gateway>().Where(g => Serves(state, g));

    /// <summary>Whether a Gateway is served here.</summary>
    internal static bool Serves(DesiredState state, Resource<Gateway> gateway) => Find(state, gateway) is not { } c || Serves(c);

    /// <summary>A Gateway's class, or null.</summary>
    internal static Resource<GatewayClass>? Find(DesiredState state, Resource<Gateway> gateway) => state.Find<GatewayClass>("", gateway.Value.Spec.GatewayClassName);

    /// <summary>Says of every class, and of every Gateway that isn't served, why.</summary>
    internal static void Say(CompileContext context, StatusBoard board)
    {
        foreach (var c in context.State.All<GatewayClass>())
        {
            board.Say(c, "", [Serves(c)
                ? new Condition("Accepted", true, "Accepted", $"Usher stands for the controller {c.Value.Spec.ControllerName}")
                : new Condition("Accepted", null, "Pending", $"Waiting for controller: {c.Value.Spec.ControllerName} makes load balancers of Gateways, which Usher doesn't do yet")]);
            if (Serves(c) && c.Value.Spec.ParametersRef is { } parameters) context.Warnings.Add(c, "spec.parametersRef", $"has no effect here: {parameters.Kind} {parameters.Name} is {c.Value.Spec.ControllerName}'s own");
        }

        foreach (var gateway in context.State.All<Gateway>())
        {
            var found = Find(context.State, gateway);
            if (found is null)
            {
                context.Warnings.Add(gateway, "spec.gatewayClassName", $"there is no GatewayClass '{gateway.Value.Spec.GatewayClassName}' here; it is taken to come with a controller's own manifests, and the Gateway is served. In a cluster without it nobody would");
            }
            else if (!Serves(found))
            {
                var waiting = new Condition("Accepted", null, "Pending", $"Waiting for controller: GatewayClass {found.Key.Name} is for {found.Value.Spec.ControllerName}, which Usher doesn't stand for");
                board.Say(gateway, "", [waiting, new Condition("Programmed", null, "Pending", "Waiting for controller")]);
                board.Refuse(gateway, "spec.gatewayClassName", waiting);
            }
        }
    }

    private static bool Serves(Resource<GatewayClass> c) => !c.Value.Spec.ControllerName.StartsWith(Aws, StringComparison.Ordinal);
}
