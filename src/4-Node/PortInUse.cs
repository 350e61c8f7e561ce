using System.Net.Sockets;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Node;

/// <summary>Why a front can't be opened, for the person who wrote its Service.</summary>
internal static class PortInUse
{
    /// <summary>Reports it at the Service's port.</summary>
    public static void Report(Generation next, ServiceFront front, SocketException problem, ErrorList errors)
    {
        var service = next.State.Find(front.Service);
        var index = (service?.Value as V1Service)?.Spec?.Ports?.ToList().FindIndex(p => (p.Name ?? "") == front.PortName) ?? -1;
        var field = front.Kind switch
        {
            FrontKind.HealthCheck => "spec.healthCheckNodePort",
            _ when index < 0 => "spec.ports",
            FrontKind.NodePort => $"spec.ports[{index}].nodePort",
            _ => $"spec.ports[{index}].port",
        };
        errors.Add(front.Service, service?.Origin ?? Origin.Derived, field, Why(front, problem));
    }

    private static string Why(ServiceFront front, SocketException problem)
    {
        var nodePort = front.Kind != FrontKind.ClusterIP;
        var wanted = front.Kind switch
        {
            FrontKind.NodePort => $"NodePort {front.Declared.Port} of node {front.Node?.Name}",
            FrontKind.HealthCheck => $"health check port {front.Declared.Port} of node {front.Node?.Name}",
            _ => $"virtual IP {front.Declared}",
        };
        return problem.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                $"{front.Place} is in use by another program, and {wanted} is to listen there; stop that program, "
                + $"or write another {(nodePort ? "nodePort" : "port")}",
            SocketError.AccessDenied =>
                $"{front.Place} may not be bound by this user, and {wanted} is to listen there; leave --real-ports away, or run with the privilege",
            _ => $"{front.Place} can't be bound, and {wanted} is to listen there: {problem.Message}",
        };
    }
}
