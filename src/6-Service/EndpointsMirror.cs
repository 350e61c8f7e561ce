using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// Endpoints that people wrote → EndpointSlices, as Kubernetes' EndpointSlice mirroring controller makes them (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#endpointslice-mirroring,
/// <c>pkg/controller/endpointslicemirroring</c>).
/// <list type="number">
/// <item>Those that are for a Service without a selector, unless they say that they don't want it, or are a leader's lock.</item>
/// <item>Of each subset 1,000 addresses.</item>
/// <item>A slice for each set of ports that subsets have, and each address once in it.</item>
/// </list>
/// A slice that would say what that of the running generation says is that one.
/// </summary>
internal sealed class EndpointsMirror : IReconciler
{
    /// <summary>Whose slices the controller owns: it takes away those that it wouldn't make.</summary>
    internal const string Controller = "endpointslicemirroring-controller.k8s.io";

    /// <summary><c>--mirroring-max-endpoints-per-subset</c>.</summary>
    private const int MaxAddresses = 1000;

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string LastChange = "endpoints.kubernetes.io/last-change-trigger-time";

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var made = new List<Resource>();
        foreach (var endpoints in context.State.List<V1Endpoints>())
        {
            // 1.
            if (IsMirrored(context, endpoints)) made.AddRange(Slices(context, endpoints).Select(s => DerivedObjects.Keep(s, previous)));
        }

        return made;
    }

    /// <summary>The Endpoints that a slice was made of; null for one that somebody wrote.</summary>
    internal static ResourceKey? Mirrored(Resource<V1EndpointSlice> slice) =>
        slice.Origin.IsDerived ? new ResourceKey("", "Endpoints", slice.Key.Namespace, slice.Value.Metadata.Labels[WrittenSlices.ServiceName]) : null;

    private static bool IsMirrored(CompileContext context, Resource<V1Endpoints> endpoints)
    {
        var metadata = endpoints.Value.Metadata;
        if (metadata?.Labels?.TryGetValue("endpointslice.kubernetes.io/skip-mirror", out var skip) == true && skip == "true") return false;
        if (metadata?.Annotations?.ContainsKey("control-plane.alpha.kubernetes.io/leader") == true) return false;
        var service = new ResourceKey("", "Service", endpoints.Key.Namespace, endpoints.Key.Name);
        switch (context.State.Find(service)?.Value)
        {
            case V1Service { Spec.Selector: not { Count: > 0 } }: return true;
            case V1Service:
                context.Warnings.Add(endpoints, "metadata.name", $"has no effect: {service} has a selector, and its endpoints are the pods that it selects");
                return false;
            default:
                context.Warnings.Add(endpoints, "metadata.name", $"has no effect: there is no {service}, whose endpoints these would be");
                return false;
        }
    }

    private static IEnumerable<Resource> Slices(CompileContext context, Resource<V1Endpoints> endpoints)
    {
        var byPorts = new SortedDictionary<string, (IList<Corev1EndpointPort> Ports, List<V1Endpoint> Endpoints)>(StringComparer.Ordinal);
        var had = new HashSet<(string, string, string?, string?, string?)>();
        foreach (var (i, subset) in (endpoints.Value.Subsets ?? []).Index())
        {
            // 2.
            IList<Corev1EndpointPort> ports = subset.Ports ?? [];
            var key = string.Join(',', ports.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}:{p.Protocol ?? "TCP"}:{p.Port}:{p.AppProtocol}")).Order(StringComparer.Ordinal));
            if (!byPorts.TryGetValue(key, out var slice)) byPorts[key] = slice = (ports, []);
            var all = Addresses(subset).ToList();
            if (all.Count > MaxAddresses) context.Warnings.Add(endpoints, $"subsets[{i}]", $"A max of {MaxAddresses} addresses can be mirrored to EndpointSlices per Endpoints subset. {all.Count - MaxAddresses} addresses were skipped");

            // 3.
            foreach (var (address, ready, field) in all.Take(MaxAddresses))
            {
                if (Parse(address.Ip) is not { } ip) context.Errors.Add(endpoints, $"subsets[{i}].{field}.ip", $"found '{address.Ip}'; IPv4 addresses are supported alone");
                // What the controller's set of endpoints goes by (hashEndpoint): the first of two that are the same counts.
                else if (had.Add((key, ip.ToString(), address.Hostname, address.TargetRef?.NamespaceProperty, address.TargetRef?.Name))) slice.Endpoints.Add(Endpoint(ip, address, ready));
            }
        }

        return byPorts.Where(s => s.Value.Endpoints.Count > 0).Select(s => Slice(endpoints, s.Key, s.Value.Ports, s.Value.Endpoints));
    }

    private static IEnumerable<(V1EndpointAddress Address, bool Ready, string Field)> Addresses(V1EndpointSubset subset) =>
        (subset.Addresses ?? []).Select((a, i) => (a, true, $"addresses[{i}]")).Concat((subset.NotReadyAddresses ?? []).Select((a, i) => (a, false, $"notReadyAddresses[{i}]")));

    private static Resource Slice(Resource<V1Endpoints> endpoints, string ports, IList<Corev1EndpointPort> written, List<V1Endpoint> found)
    {
        var metadata = endpoints.Value.Metadata;
        var name = $"{endpoints.Key.Name}-{ServiceNumbers.Suffix($"{endpoints.Key.Short}/{ports}")}";
        var labels = new Dictionary<string, string>(metadata?.Labels ?? new Dictionary<string, string>()) { [WrittenSlices.ServiceName] = endpoints.Key.Name, [WrittenSlices.ManagedBy] = Controller };
        var annotations = (metadata?.Annotations ?? new Dictionary<string, string>()).Where(a => a.Key is not (LastApplied or LastChange)).ToDictionary(a => a.Key, a => a.Value);
        var slice = new V1EndpointSlice
        {
            ApiVersion = "discovery.k8s.io/v1",
            Kind = "EndpointSlice",
            Metadata = new V1ObjectMeta
            {
                Name = name, NamespaceProperty = endpoints.Key.Namespace, Labels = labels, Annotations = annotations.Count > 0 ? annotations : null,
                OwnerReferences = [new V1OwnerReference { ApiVersion = "v1", Kind = "Endpoints", Name = endpoints.Key.Name, Controller = true, BlockOwnerDeletion = true }],
            },
            AddressType = "IPv4",
            Endpoints = found,
            Ports = [.. written.Select(p => new Discoveryv1EndpointPort { Name = p.Name ?? "", Port = p.Port, Protocol = p.Protocol ?? "TCP", AppProtocol = p.AppProtocol })],
        };
        return new Resource(new ResourceKey("discovery.k8s.io", "EndpointSlice", endpoints.Key.Namespace, name), slice, DerivedObjects.OriginOf(endpoints.Origin));
    }

    private static V1Endpoint Endpoint(IPAddress ip, V1EndpointAddress address, bool ready) => new()
    {
        Addresses = [ip.ToString()],
        Conditions = new V1EndpointConditions { Ready = ready },
        TargetRef = address.TargetRef,
        NodeName = address.NodeName,
        Hostname = string.IsNullOrEmpty(address.Hostname) ? null : address.Hostname,
    };

    /// <summary>Go's ParseIPSloppy of an IPv4 address: zeros in front count for nothing, where .NET takes them for octal.</summary>
    private static IPAddress? Parse(string? text)
    {
        var parts = (text ?? "").Split('.');
        var bytes = new byte[4];
        if (parts.Length == 4 && parts.Index().All(p => byte.TryParse(p.Item, NumberStyles.None, CultureInfo.InvariantCulture, out bytes[p.Index]))) return new IPAddress(bytes);
        // One of IPv4 in the form of IPv6 is one of IPv4 to Go.
        return IPAddress.TryParse(text, out var ip) && ip is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } ? ip.MapToIPv4() : null;
    }
}
