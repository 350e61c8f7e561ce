using System.Collections.Frozen;
using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>The fields that only the CRDs of the experimental channel have (Gateway API, versioning: release channels).</summary>
internal static class ExperimentalFields
{
    /// <summary>What is said of one.</summary>
    internal const string Note = "of the experimental channel; v1.6's standard channel doesn't have it: take it away";

    private static readonly FrozenSet<(Type Owner, string Name)> All = new (Type, string)[]
    {
        (typeof(GatewaySpec), "defaultScope"),
        (typeof(HttpRouteSpec), "useDefaultGateways"),
        (typeof(GrpcRouteSpec), "useDefaultGateways"),
        (typeof(TlsRouteSpec), "useDefaultGateways"),
        (typeof(TcpRouteSpec), "useDefaultGateways"),
        (typeof(UdpRouteSpec), "useDefaultGateways"),
        (typeof(HttpRouteRule), "retry"),
        (typeof(HttpRouteRule), "sessionPersistence"),
        (typeof(GrpcRouteRule), "sessionPersistence"),
        (typeof(HttpRouteFilter), "externalAuth"),
    }.ToFrozenSet();

    /// <summary>Whether a type's field is one.</summary>
    internal static bool Has(Type owner, string name) => All.Contains((owner, name));
}
