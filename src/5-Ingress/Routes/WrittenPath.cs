using k8s.Models;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>A path of an Ingress's rule as it is written.</summary>
internal static class WrittenPath
{
    /// <summary>How it is compared; null for a pathType that there isn't.</summary>
    internal static PathKind? Kind(V1HTTPIngressPath path) => path.PathType switch
    {
        "Exact" => PathKind.Exact,
        "Prefix" => PathKind.Prefix,
        "ImplementationSpecific" => PathKind.ImplementationSpecific,
        _ => null,
    };

    /// <summary>The path, as <see cref="Octets"/> like those of requests; an empty one of ImplementationSpecific is all paths (getBackendServers in ingress-nginx's controller.go). What else isn't absolute is refused as it is read.</summary>
    internal static string Text(V1HTTPIngressPath path, PathKind? kind) => string.IsNullOrEmpty(path.Path) && kind == PathKind.ImplementationSpecific ? "/" : Octets.Of(path.Path ?? "");
}
