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

        var key = new ResourceKey("", "Service", ingress.Key.Namespace, wanted.Name ?? "");
        if (context.State.Find<V1Service>(key.Namespace, key.Name) is not { } service)
        {
            return Missing($"{field}.service.name", "no-service", $"found '{key.Name}'; {Known(key.Namespace)}");
        }

        var port = service.Value.Spec?.Ports?.FirstOrDefault(p => wanted.Port?.Name is { Length: > 0 } name ? p.Name == name : p.Port == wanted.Port?.Number);
        if (port is null)
        {
            return Missing($"{field}.service.port", "no-service-port",
                $"found {Name(wanted.Port)}; {service.Key} has the ports {string.Join(", ", service.Value.Spec?.Ports?.Select(Name) ?? [])}");
        }

        if (Plan(service, port) is { } plan) return plan;
        context.Errors.Add(ingress, $"{field}.service.name", service.Value.Spec?.Type == "ExternalName"
            ? $"{service.Key} is an ExternalName: this controller dials Services here, and such a one has no address; name one with endpoints"
            : $"{service.Key} is headless: this controller dials virtual IPs, and it has none; take clusterIP: None away, or name another Service");
        return null;

        // As ingress-nginx has it: the location is there, and answers 503 until the Service is.
        BackendPlan Missing(string at, string code, string why)
        {
            context.Warnings.Add(ingress, at, $"{why}. Requests are answered 503 until it is there");
            var nowhere = new IPEndPoint(IPAddress.None, wanted.Port?.Number ?? 0);
            return new BackendPlan(new ServiceFront(FrontKind.ClusterIP, key, wanted.Port?.Name ?? "", null, nowhere, nowhere)) { Missing = new MissingService(code, $"{ingress.Key} {at}: {why}") };
        }
    }

    /// <summary>The first port of a Service that an annotation names, as <c>name</c> or <c>namespace/name</c>.</summary>
    internal BackendPlan? FirstPort(Resource<V1Ingress> ingress, string name, string field)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var service = Find(ingress, slash < 0 ? ingress.Key.Namespace : name[..slash], name[(slash + 1)..], field);
        return service?.Value.Spec?.Ports?.FirstOrDefault() is { } port ? Plan(service, port) : null;
    }

    /// <summary>The first port of the Service that a controller's <c>--default-backend-service</c> names; null when there is none, as the controller then answers 404 itself.</summary>
    internal RoutePlan? ControllersOwn(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var service = slash < 0 ? null : context.State.Find<V1Service>(name[..slash], name[(slash + 1)..]);
        return service?.Value.Spec?.Ports?.FirstOrDefault() is { } port && Plan(service, port) is { } plan ? new RoutePlan(service.Key, "", "", PathKind.Prefix, plan) : null;
    }

    private Resource<V1Service>? Find(Resource<V1Ingress> ingress, string ns, string name, string field)
    {
        if (context.State.Find<V1Service>(ns, name) is { } service) return service;
        context.Errors.Add(ingress, field, $"found '{name}'; {Known(ns)}");
        return null;
    }

    private string Known(string ns)
    {
        var known = context.State.All<V1Service>().Where(s => s.Key.Namespace == ns).Select(s => s.Key.Name).ToList();
        return $"namespace {ns} has {(known.Count == 0 ? "no Service" : $"the Services {string.Join(", ", known)}")}";
    }

    private BackendPlan? Plan(Resource<V1Service> service, V1ServicePort port) => context.Addresses.Find(service.Key) is not { } address
        ? null
        : new BackendPlan(new ServiceFront(
            FrontKind.ClusterIP, service.Key, port.Name ?? "", null, new IPEndPoint(address.Declared, port.Port), context.Addresses.Bind(service.Key, port.Port)));

    private static string Name(V1ServiceBackendPort? port) =>
        port?.Name is { Length: > 0 } name ? $"'{name}'" : port?.Number?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Name(V1ServicePort port) => port.Name is { Length: > 0 } name ? $"{name} ({port.Port})" : port.Port.ToString(CultureInfo.InvariantCulture);
}
