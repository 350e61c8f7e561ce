using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Makes each Gateway's Deployment and Service. What would say the same as in the running generation is that object.</summary>
internal sealed class GatewayReconciler : IReconciler
{
    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var made = new Dictionary<(string Namespace, string Name), ResourceKey>();
        foreach (var gateway in GatewayClasses.Served(context.State))
        {
            if (GatewayAddresses.Unusable(gateway) is not null) continue;
            var name = GatewayObjects.NameOf(gateway);
            if (Written(context, gateway, new ResourceKey("apps", "Deployment", gateway.Key.Namespace, name)) || Written(context, gateway, new ResourceKey("", "Service", gateway.Key.Namespace, name))) continue;
            // NAME-CLASS doesn't tell where the one ends and the other begins.
            if (!made.TryAdd((gateway.Key.Namespace, name), gateway.Key))
            {
                context.Refuse(gateway, "metadata.name", $"its pods would be Deployment {gateway.Key.Namespace}/{name}, which is that of {made[(gateway.Key.Namespace, name)]} already; give either another name");
                continue;
            }

            var listeners = gateway.Value.Spec.Listeners.Concat(context.State.All<ListenerSet>()
                .Where(s => ListenerSets.ParentOf(s) == gateway.Key && ListenerSets.Allows(context.State, gateway, s.Key.Namespace))
                .SelectMany(s => s.Value.Spec.Listeners)).Where(l => l.Protocol.ToUpperInvariant() is "HTTP" or "HTTPS" or "TLS" or "TCP" or "UDP");
            yield return Kept(gateway, new ResourceKey("apps", "Deployment", gateway.Key.Namespace, name), GatewayObjects.Deployment(gateway), previous);
            yield return Kept(gateway, new ResourceKey("", "Service", gateway.Key.Namespace, name), GatewayObjects.Service(gateway, listeners, context.Addresses.Range), previous);
        }
    }

    /// <summary>Whether somebody has written an object with the name of one that would be made.</summary>
    private static bool Written(CompileContext context, Resource<Gateway> gateway, in ResourceKey key)
    {
        if (context.State.Find(key) is not { } other || other.Origin.IsDerived) return false;
        context.Refuse(gateway, "metadata.name", $"its pods would be {key}, which is written already; give either another name");
        return true;
    }

    private static Resource Kept(Resource<Gateway> gateway, in ResourceKey key, object made, DesiredState previous) =>
        DerivedObjects.Keep(new Resource(key, made, DerivedObjects.OriginOf(gateway.Origin)), previous);
}
