using System.Collections.Frozen;
using System.Net;
using k8s.Models;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>Ingresses, IngressClasses and the controllers' pods → snapshot.</summary>
internal sealed class IngressCompiler : IHopCompiler
{
    public Snapshot Compile(CompileContext context)
    {
        var classes = new IngressClasses(context);
        var routes = new RouteCompiler(context);
        var byController = context.State.All<V1Ingress>()
            .Select(i => (Ingress: i, Controller: classes.ControllerOf(i)))
            .Where(pair => pair.Controller is not null)
            .ToLookup(pair => pair.Controller!, pair => pair.Ingress, StringComparer.Ordinal);
        var tables = byController.ToDictionary(g => g.Key, g => routes.Compile(g), StringComparer.Ordinal);

        var controllers = new Dictionary<IPEndPoint, ControllerPlan>();
        foreach (var pod in context.State.All<V1Pod>())
        {
            if (ControllerImage.In(pod.Value) is not { } image || context.Addresses.Find(pod.Key) is not { } address) continue;
            var bound = context.Addresses.Bind(pod.Key, image.HttpPort);
            controllers[bound] = new ControllerPlan(
                pod.Key, new IPEndPoint(address.Declared, image.HttpPort), bound, image.Class, tables.GetValueOrDefault(image.Class) ?? RouteTable.Empty);
        }

        return Snapshot.Of(new IngressSnapshot(controllers.ToFrozenDictionary()));
    }
}
