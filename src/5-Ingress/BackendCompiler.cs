using System.Globalization;
using System.Net;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A backend's Service and port → the virtual IP and port that requests are sent to.</summary>
internal sealed class BackendCompiler(CompileContext context)
{
    internal BackendPlan? Compile(Resource<V1Ingress> ingress, V1IngressBackend backend, string field)
    {
        if (backend.Service is not { } wanted)
        {
            context.Errors.Add(ingress, field, "a service is wanted; a resource as backend isn't supported");
            return null;
        }

        var service = context.State.Find<V1Service>(ingress.Key.Namespace, wanted.Name ?? "");
        if (service is null)
        {
            var known = context.State.All<V1Service>().Where(s => s.Key.Namespace == ingress.Key.Namespace).Select(s => s.Key.Name).ToList();
            context.Errors.Add(ingress, $"{field}.service.name",
                $"found '{wanted.Name}'; namespace {ingress.Key.Namespace} has {(known.Count == 0 ? "no Service" : $"the Services {string.Join(", ", known)}")}");
            return null;
        }

        var port = service.Value.Spec?.Ports?.FirstOrDefault(p => wanted.Port?.Name is { Length: > 0 } name ? p.Name == name : p.Port == wanted.Port?.Number);
        if (port is null)
        {
            context.Errors.Add(ingress, $"{field}.service.port",
                $"found {Name(wanted.Port)}; {service.Key} has the ports {string.Join(", ", service.Value.Spec?.Ports?.Select(Name) ?? [])}");
            return null;
        }

        if (context.Addresses.Find(service.Key) is not { } address) return null;
        return new BackendPlan(new ServiceFront(
            FrontKind.ClusterIP, service.Key, port.Name ?? "", null,
            new IPEndPoint(address.Declared, port.Port), context.Addresses.Bind(service.Key, port.Port)));
    }

    private static string Name(V1ServiceBackendPort? port) =>
        port?.Name is { Length: > 0 } name ? $"'{name}'" : port?.Number?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Name(V1ServicePort port) => port.Name is { Length: > 0 } name ? $"{name} ({port.Port})" : port.Port.ToString(CultureInfo.InvariantCulture);
}
