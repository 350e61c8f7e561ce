using Usher.Model.Gateway;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>TLSRoute, TCPRoute and UDPRoute.</summary>
internal static class ConnectionRouteSchema
{
    private const int MaxHostnames = 1024;

    internal static void Check(SchemaCheck check, TlsRouteSpec spec)
    {
        ReferenceSchema.Parents(check, spec.ParentRefs);
        RouteSchema.Hostnames(check, spec.Hostnames, MaxHostnames, least: 1);
        RouteSchema.Rule(check, [.. spec.Rules.Select(r => (r.Name, r.BackendRefs))]);
    }

    internal static void Check(SchemaCheck check, TcpRouteSpec spec)
    {
        ReferenceSchema.Parents(check, spec.ParentRefs);
        RouteSchema.Rule(check, [.. spec.Rules.Select(r => (r.Name, r.BackendRefs))]);
    }

    internal static void Check(SchemaCheck check, UdpRouteSpec spec)
    {
        ReferenceSchema.Parents(check, spec.ParentRefs);
        RouteSchema.Rule(check, [.. spec.Rules.Select(r => (r.Name, r.BackendRefs))]);
    }
}
