using System.Globalization;
using System.Net;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>A Service's port as a backend.</summary>
/// <param name="Front">The Service's virtual IP and port; a headless Service's leads nowhere.</param>
/// <param name="Upstream">
/// What turns and scores are kept by: ingress-nginx's name for it, <c>shop-users-http</c>, by the port as it is written; of a Gateway's headless Service the label; empty for a Gateway's with a virtual IP, which keeps nothing.
/// </param>
internal sealed record BackendPlan(ServiceFront Front, string Upstream = "")
{
    /// <summary>Whether the Service has a virtual IP.</summary>
    internal bool HasVirtualIP => !Front.Bound.Address.Equals(IPAddress.None);

    /// <summary>The Service of type ExternalName that leads to the front, which is another Service's, for people; null for none.</summary>
    public string? ExternalName { get; init; }

    /// <summary>The Service's name as it is written, where the front is another's (ExternalName); null where it is the front's.</summary>
    public string? WrittenService { get; init; }

    /// <summary>The port's name, where it is written by name; null for its number.</summary>
    public string? WrittenPort { get; init; }

    /// <summary>The Service's name, as ingress-nginx tells backends (getIngressInformation in template.go).</summary>
    internal string ServiceName => WrittenService ?? Front.Service.Name;

    /// <summary>The port as it is written, its name or its number, as ingress-nginx tells backends (getIngressInformation in template.go).</summary>
    internal string PortText => WrittenPort ?? Front.Declared.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Why there is no such Service or port, and so no endpoint; null where there is one. The front then leads nowhere.</summary>
    public MissingService? Missing { get; init; }

    /// <summary>A Service's port. A headless Service has endpoints and no virtual IP: its front leads nowhere.</summary>
    internal static BackendPlan Of(CompileContext context, Resource<V1Service> service, V1ServicePort port, string upstream = "") => context.Addresses.Find(service.Key) is { } address
        ? new BackendPlan(new ServiceFront(FrontKind.ClusterIP, service.Key, port.Name ?? "", null, new IPEndPoint(address.Declared, port.Port), context.Addresses.Bind(service.Key, port.Port)), upstream)
        : Nowhere(service.Key, port.Name, port.Port, upstream);

    /// <summary>A front that leads nowhere.</summary>
    internal static BackendPlan Nowhere(ResourceKey service, string? portName, int port, string upstream = "")
    {
        var nowhere = new IPEndPoint(IPAddress.None, port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort ? port : 0);
        return new BackendPlan(new ServiceFront(FrontKind.ClusterIP, service, portName ?? "", null, nowhere, nowhere), upstream);
    }

    /// <summary><c>shop/users:http</c>.</summary>
    internal string Label =>
        $"{Front.Service.Short}:{(Front.PortName.Length == 0 ? Front.Declared.Port.ToString(CultureInfo.InvariantCulture) : Front.PortName)}";
}

/// <summary>A Service or port that an Ingress names and that isn't there.</summary>
/// <param name="Code">The end of the outcome: <c>no-service</c>, <c>no-service-port</c>.</param>
/// <param name="Why">Where it is named, what was found and what there is.</param>
internal sealed record MissingService(string Code, string Why);
