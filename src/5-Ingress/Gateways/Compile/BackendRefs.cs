using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A backend reference → the Service's virtual IP, or that it is headless and its endpoints are dialled, or why it leads nowhere (Gateway API, BackendObjectReference).</summary>
internal sealed class BackendRefs(CompileContext context, GatewaySetup setup)
{
    /// <summary>Resolves a reference. One that leads nowhere is a backend all the same, whose share of the requests is answered 500.</summary>
    /// <param name="from">The route.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="isGrpc">Whether gRPC is spoken.</param>
    /// <param name="gateway">The Gateway, for what it shows to backends.</param>
    /// <param name="udp">Whether the port is to be one of UDP.</param>
    /// <returns>The backend, and the condition <c>ResolvedRefs</c> where it leads nowhere.</returns>
    internal (WeightedBackend Backend, Condition? Unresolved) Resolve(in ResourceKey from, BackendObjectReference reference, int weight, bool isGrpc, Resource<Gateway>? gateway, bool udp = false)
    {
        var ns = reference.Namespace ?? from.Namespace;
        var key = new ResourceKey("", "Service", ns, reference.Name);
        if (reference.Group.Length > 0 || reference.Kind != "Service")
            return Nowhere(key, reference, weight, "InvalidKind", $"found {reference.Kind}{(reference.Group.Length > 0 ? $" ({reference.Group})" : "")} {reference.Name}; a Service is wanted");
        if (!setup.References.Allows(from, "", "Service", ns, reference.Name)) return Nowhere(key, reference, weight, "RefNotPermitted", References.NotAllowed(from, "Service", ns, reference.Name));
        if (context.State.Find<V1Service>(ns, reference.Name) is not { } service) return Nowhere(key, reference, weight, "BackendNotFound", $"there is no Service {ns}/{reference.Name}");
        if (service.Value.Spec?.Type == "ExternalName") return Nowhere(key, reference, weight, "UnsupportedValue", $"Service {ns}/{reference.Name} is an ExternalName, which could lead anywhere; the Gateway API tells controllers not to follow one");
        var ports = service.Value.Spec?.Ports ?? [];
        if (ports.FirstOrDefault(p => p.Port == reference.Port && ((p.Protocol ?? "TCP") == "UDP") == udp) is not { } port)
            return Nowhere(key, reference, weight, "BackendNotFound", $"Service {ns}/{reference.Name} has no {(udp ? "UDP " : "")}port {reference.Port}: there are {string.Join(", ", ports.Select(p => FormattableString.Invariant($"{p.Port}")))}");
        if (port.AppProtocol is { } protocol && protocol.StartsWith("kubernetes.io/", StringComparison.Ordinal) && protocol is not ("kubernetes.io/h2c" or "kubernetes.io/ws" or "kubernetes.io/wss"))
            return Nowhere(key, reference, weight, "UnsupportedProtocol", $"port {port.Port} of Service {ns}/{reference.Name} has appProtocol {protocol}; kubernetes.io/h2c, /ws and /wss are supported");
        var http2 = isGrpc || port.AppProtocol == "kubernetes.io/h2c";
        var (tls, by, problem) = setup.Policies.For(service, port, gateway is null ? null : setup.ShownToBackends.GetValueOrDefault(gateway.Key).Certificate, http2);
        if (problem is not null) return (Nowhere(key, reference, weight, "BackendNotFound", problem).Backend with { TlsBy = by }, null);
        var plan = BackendPlan.Of(context, service, port);
        return (new WeightedBackend(plan with { Front = plan.Front with { Udp = udp }, Upstream = plan.HasVirtualIP ? "" : plan.Label }, weight) { Http2 = http2, Tls = tls, TlsBy = by }, null);
    }

    private static (WeightedBackend Backend, Condition? Unresolved) Nowhere(in ResourceKey key, BackendObjectReference reference, int weight, string reason, string why)
    {
        var backend = new WeightedBackend(BackendPlan.Nowhere(key with { Kind = reference.Kind }, null, reference.Port ?? 0), weight) { Invalid = why };
        return (backend, new Condition("ResolvedRefs", false, reason, why));
    }
}
