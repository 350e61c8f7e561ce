using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// EndpointSlices that people wrote: the way to give a Service without a selector its endpoints
/// (https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors). Those that Kubernetes' own controller
/// wrote are left aside, because pods tell the same here and stay true while they live. With them are those that <see cref="EndpointsMirror"/> made of Endpoints.
/// </summary>
internal sealed class WrittenSlices
{
    internal const string ServiceName = "kubernetes.io/service-name";
    internal const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    private const string Controller = "endpointslice-controller.k8s.io";

    private readonly Dictionary<(string Namespace, string Service, string Port), List<PossibleEndpoint>> byPort = [];
    private readonly CompileContext context;
    private readonly IReadOnlyDictionary<string, NodePlace> nodes;

    /// <summary>Reads and checks every slice.</summary>
    public WrittenSlices(CompileContext context, IReadOnlyDictionary<string, NodePlace> nodes)
    {
        this.context = context;
        this.nodes = nodes;
        foreach (var slice in context.State.All<V1EndpointSlice>())
        {
            var owner = Label(slice, ManagedBy);
            if (owner == Controller) continue;
            if (owner == EndpointsMirror.Controller && EndpointsMirror.Mirrored(slice) is null)
            {
                context.Warnings.Add(slice, "metadata.labels", $"has no effect: the EndpointSlice mirroring controller takes its slices for its own (label {ManagedBy}) and makes them of Endpoints. Write those, or take the label away");
                continue;
            }

            if (slice.Value.AddressType != "IPv4")
            {
                context.Errors.Add(slice, "addressType", $"'{slice.Value.AddressType}' is not supported; write IPv4 addresses and 'IPv4'");
                continue;
            }

            Read(slice);
        }
    }

    /// <summary>What was written for a port of a Service.</summary>
    public IEnumerable<PossibleEndpoint> Of(ResourceKey service, string port) =>
        byPort.GetValueOrDefault((service.Namespace, service.Name, port)) ?? [];

    private void Read(Resource<V1EndpointSlice> slice)
    {
        for (var p = 0; p < (slice.Value.Ports?.Count ?? 0); p++)
        {
            var port = slice.Value.Ports![p];
            if (port.Protocol is not (null or "TCP" or "UDP" or "SCTP"))
            {
                context.Errors.Add(slice, $"ports[{p}].protocol", $"'{port.Protocol}' is no protocol; write TCP, UDP or SCTP");
            }

            if (port.Port is >= 1 and <= 65535) continue;
            context.Errors.Add(slice, $"ports[{p}].port", $"{(port.Port is null ? "is missing" : $"{port.Port} is out of range")}; a port is 1–65535");
        }

        for (var e = 0; e < (slice.Value.Endpoints?.Count ?? 0); e++)
        {
            var endpoint = slice.Value.Endpoints![e];
            if (Address(slice, endpoint, e) is not { } address) continue;
            foreach (var port in slice.Value.Ports ?? [])
            {
                if (Label(slice, ServiceName) is { } service && port.Port is >= 1 and <= 65535) Add(slice, service, port, endpoint, address);
            }
        }
    }

    // kube-proxy reads the first address only; the others are the same endpoint's.
    private IPAddress? Address(Resource<V1EndpointSlice> slice, V1Endpoint endpoint, int index)
    {
        var field = $"endpoints[{index}].addresses";
        if (endpoint.Addresses is not { Count: > 0 })
        {
            context.Errors.Add(slice, field, "is missing; an endpoint has an IPv4 address");
            return null;
        }

        if (ServiceNumbers.ParseAddress(endpoint.Addresses[0]) is not { } address)
        {
            context.Errors.Add(slice, $"{field}[0]", $"'{endpoint.Addresses[0]}' is no IPv4 address");
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (bytes[0] is 0 or 127 or >= 224 || (bytes[0] == 169 && bytes[1] == 254))
        {
            context.Errors.Add(slice, $"{field}[0]",
                $"{address} can't be an endpoint: Kubernetes allows no unspecified, loopback, link-local or multicast address");
            return null;
        }

        if (context.Addresses.OwnerOfDeclared(address) is { Kind: "Service" } service)
        {
            context.Errors.Add(slice, $"{field}[0]",
                $"{address} is the virtual IP of {service}; kube-proxy doesn't lead one Service to another. Write addresses of pods or of machines");
            return null;
        }

        return address;
    }

    private void Add(Resource<V1EndpointSlice> slice, string service, Discoveryv1EndpointPort port, V1Endpoint endpoint, IPAddress address)
    {
        var owner = context.Addresses.OwnerOfDeclared(address);
        var number = port.Port!.Value;
        var declared = new IPEndPoint(address, number);
        var place = endpoint.NodeName is null ? null : nodes.GetValueOrDefault(endpoint.NodeName);
        var key = (slice.Key.Namespace, service, port.Name ?? "");
        if (!byPort.TryGetValue(key, out var endpoints)) byPort[key] = endpoints = [];
        var pod = owner is { Kind: "Pod" } ? owner : null;
        var name = pod?.Name ?? endpoint.TargetRef?.Name ?? address.ToString();
        var bound = owner is { } known ? context.Addresses.Bind(known, number) : declared;
        endpoints.Add(new PossibleEndpoint(pod, name, declared, bound, endpoint.NodeName, endpoint.Zone ?? place?.Zone)
        {
            Written = Condition(endpoint.Conditions, EndpointsMirror.Mirrored(slice) ?? slice.Key),
            NodeHints = [.. (endpoint.Hints?.ForNodes ?? []).Select(n => n.Name)],
            ZoneHints = [.. (endpoint.Hints?.ForZones ?? []).Select(z => z.Name)],
            HostName = endpoint.Hostname,
        });
    }

    // Absent means ready and serving (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions).
    private static EndpointCondition Condition(V1EndpointConditions? written, ResourceKey by)
    {
        var ready = written?.Ready ?? true;
        return new EndpointCondition(ready, written?.Serving ?? ready, written?.Terminating ?? false, ready ? null : $"{by} says so");
    }

    private static string? Label(Resource<V1EndpointSlice> slice, string name) =>
        slice.Value.Metadata?.Labels?.TryGetValue(name, out var value) == true ? value : null;
}
