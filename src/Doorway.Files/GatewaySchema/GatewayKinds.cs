using Usher.Doorway.Files.Manifests;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The kinds of the Gateway API, v1.6, standard channel; the experimental channel's older versions of a kind are read as the standard one.</summary>
internal static class GatewayKinds
{
    /// <summary>They, in the order in which errors list them.</summary>
    internal static IReadOnlyList<ManifestKind> All { get; } =
    [
        ManifestKind.Gateway<GatewayClass, GatewayClassSpec>("GatewayClass", ["v1beta1"], GatewayClassSchema.Check, namespaced: false),
        ManifestKind.Gateway<Gateway, GatewaySpec>("Gateway", ["v1beta1"], GatewayObjectSchema.Check),
        ManifestKind.Gateway<ListenerSet, ListenerSetSpec>("ListenerSet", [], ListenerSetSchema.Check),
        ManifestKind.Gateway<HttpRoute, HttpRouteSpec>("HTTPRoute", ["v1beta1"], HttpRouteSchema.Check),
        ManifestKind.Gateway<GrpcRoute, GrpcRouteSpec>("GRPCRoute", ["v1alpha2"], GrpcRouteSchema.Check),
        ManifestKind.Gateway<TlsRoute, TlsRouteSpec>("TLSRoute", ["v1alpha2", "v1alpha3"], RouteSchema.Connections),
        ManifestKind.Gateway<TcpRoute, TcpRouteSpec>("TCPRoute", ["v1alpha2"], RouteSchema.Connections),
        ManifestKind.Gateway<UdpRoute, UdpRouteSpec>("UDPRoute", ["v1alpha2"], RouteSchema.Connections),
        ManifestKind.Gateway<ReferenceGrant, ReferenceGrantSpec>("ReferenceGrant", ["v1beta1", "v1alpha2"], ReferenceGrantSchema.Check),
        ManifestKind.Gateway<BackendTlsPolicy, BackendTlsPolicySpec>("BackendTLSPolicy", ["v1alpha3"], BackendTlsPolicySchema.Check),
    ];
}
