using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A backend's Service and port → the virtual IP and port that requests are sent to.</summary>
internal sealed class BackendCompiler(CompileContext context)
{
    /// <summary>The field of an Ingress's default backend.</summary>
    internal const string DefaultBackend = "spec.defaultBackend";

    /// <summary>A backend of an Ingress; null, and a warning, for a resource, which ingress-nginx skips (<c>path.Backend.Service == nil</c> in controller.go).</summary>
    internal BackendPlan? Compile(Resource<V1Ingress> ingress, V1IngressBackend backend, string field)
    {
        if (backend.Service is not { } wanted)
        {
            context.Warnings.Add(ingress, $"{field}.resource", $"found {ResourceBackend.Of(backend)}; ingress-nginx leads to Services alone, and skips {(field == DefaultBackend
                ? "this: requests that no path takes are for the controller's own default backend, else 404"
                : "the path: its requests are those of a less specific path of the host, else of the default backend, else 404")}");
            return null;
        }

        var plan = Compile(ingress, wanted, field);
        return wanted.Port?.Name is { Length: > 0 } name ? plan with { WrittenPort = name } : plan;
    }

    private BackendPlan Compile(Resource<V1Ingress> ingress, V1IngressServiceBackend wanted, string field)
    {
        var key = new ResourceKey("", "Service", ingress.Key.Namespace, wanted.Name ?? "");
        if (context.State.Find<V1Service>(key.Namespace, key.Name) is not { } service)
        {
            return Missing($"{field}.service.name", "no-service", $"found '{key.Name}'; {Known(key.Namespace)}");
        }

        if (service.Value.Spec?.Type == "ExternalName")
        {
            if (ExternalBackend.Of(context, service, wanted.Port, UpstreamName(key, wanted.Port), out var unresolved) is { } external) return external;
            return Refused($"{field}.service.name", "external-name", unresolved);
        }

        var port = service.Value.Spec?.Ports?.FirstOrDefault(p => wanted.Port?.Name is { Length: > 0 } name ? p.Name == name : p.Port == wanted.Port?.Number);
        if (port is null)
        {
            return Missing($"{field}.service.port", "no-service-port",
                $"found {Name(wanted.Port)}; {service.Key} has the ports {string.Join(", ", service.Value.Spec?.Ports?.Select(Name) ?? [])}");
        }

        return BackendPlan.Of(context, service, port, UpstreamName(key, wanted.Port));

        // As ingress-nginx has it: the location is there, and answers 503 until the Service is.
        BackendPlan Missing(string at, string code, string why)
        {
            context.Warnings.Add(ingress, at, $"{why}. Requests are answered 503 until it is there");
            return Nowhere(at, code, why);
        }

        BackendPlan Refused(string at, string code, string why)
        {
            context.Refuse(ingress, at, $"{why}. Requests are answered 503");
            return Nowhere(at, code, why);
        }

        BackendPlan Nowhere(string at, string code, string why) =>
            BackendPlan.Nowhere(key, wanted.Port?.Name, wanted.Port?.Number ?? 0, UpstreamName(key, wanted.Port)) with { Missing = new MissingService(code, $"{ingress.Key} {at}: {why}") };
    }

    /// <summary>The first port of a Service that an annotation names, as <c>name</c> or <c>namespace/name</c>.</summary>
    internal BackendPlan? FirstPort(Resource<V1Ingress> ingress, string name, string field)
    {
        var (space, own) = NamespacedName.Of(name, ingress.Key.Namespace);
        var service = Find(ingress, space, own, field);
        return service?.Value.Spec?.Ports?.FirstOrDefault() is { } port ? BackendPlan.Of(context, service, port, $"custom-default-backend-{service.Key.Namespace}-{service.Key.Name}") : null;
    }

    /// <summary>The first port of the Service that a controller's <c>--default-backend-service</c> names; null when there is none, as the controller then answers 404 itself.</summary>
    internal RoutePlan? ControllersOwn(string name)
    {
        var (space, own) = NamespacedName.Of(name, "");
        var service = context.State.Find<V1Service>(space, own);
        return service?.Value.Spec?.Ports?.FirstOrDefault() is { } port ? new RoutePlan(service.Key, "", "", PathKind.Prefix, BackendPlan.Of(context, service, port, "upstream-default-backend")) : null;
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

    /// <summary>ingress-nginx's upstreamName: by the port as it is written.</summary>
    private static string UpstreamName(ResourceKey service, V1ServiceBackendPort? port) =>
        $"{service.Namespace}-{service.Name}-{(port?.Name is { Length: > 0 } name ? name : $"{port?.Number}")}";

    private static string Name(V1ServiceBackendPort? port) =>
        port?.Name is { Length: > 0 } name ? $"'{name}'" : port?.Number?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Name(V1ServicePort port) => port.Name is { Length: > 0 } name ? $"{name} ({port.Port})" : port.Port.ToString(CultureInfo.InvariantCulture);
}
