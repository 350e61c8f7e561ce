using System.Globalization;
using k8s.Models;

namespace Usher.LoadBalancer;

/// <summary>The port of a target group's health check, as an annotation of an Ingress or a Service says it (the controller's guide, Ingress annotations and Service annotations, <c>healthcheck-port</c>).</summary>
internal static class HealthCheckPort
{
    /// <summary>The port that a target gets its requests at.</summary>
    internal const string Traffic = "traffic-port";

    /// <summary><c>traffic-port</c>, a number, or the number behind the name of a port of the Service.</summary>
    /// <param name="annotations">Who says it, and is told what is wrong.</param>
    /// <param name="name">The annotation.</param>
    /// <param name="service">The Service whose targets are checked.</param>
    /// <param name="type">The targets' type: a named port is the NodePort of nodes, and the target port of pods.</param>
    /// <param name="standard">What counts where nothing is said, and after an error.</param>
    internal static string Of(ControllerAnnotations annotations, string name, V1Service service, string type, string standard = Traffic)
    {
        if (annotations.Text(name) is not { } text) return standard;
        if (text == Traffic) return text;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            if (number is < 1 or > 65535) annotations.Error(name, $"found {text}; traffic-port, 1 to 65535 or the name of a port of the Service is wanted");
            return text;
        }

        var port = service.Spec?.Ports?.FirstOrDefault(p => p.Name == text);
        // A Service's port without a target port leads to the same number.
        var found = port is null ? null : type == "instance" ? $"{port.NodePort}" : port.TargetPort?.Value is { Length: > 0 } target ? target : $"{port.Port}";
        if (int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return found;
        annotations.Error(name, port is null
            ? $"failed to resolve healthCheckPort: unable to find port {text}; the Service has {ServicePorts.All(service)}"
            : "cannot use named healthCheckPort for IP TargetType when service's targetPort is a named port");
        return standard;
    }
}
