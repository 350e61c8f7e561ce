using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Ingress;

/// <summary>Every ingress controller's routes. Immutable.</summary>
internal sealed class IngressSnapshot(FrozenDictionary<IPEndPoint, ControllerPlan> byBound)
{
    /// <summary>The controller whose pod listens at a bound endpoint, or null.</summary>
    internal ControllerPlan? ControllerAt(IPEndPoint bound) => byBound.GetValueOrDefault(bound);
}

/// <summary>One pod of an ingress controller.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Bound">Where it listens on this machine.</param>
/// <param name="Class">The controller class that it serves, <c>k8s.io/ingress-nginx</c>.</param>
/// <param name="Routes">What it routes by: shared by all pods of a class.</param>
internal sealed record ControllerPlan(ResourceKey Pod, IPEndPoint Declared, IPEndPoint Bound, string Class, RouteTable Routes);

/// <summary>The routes of one controller class, by host.</summary>
/// <param name="Hosts">Servers of exact hosts.</param>
/// <param name="Wildcards">Servers of wildcard hosts by their suffix, <c>.example.com</c>.</param>
/// <param name="AnyHost">The server of rules without a host, or null.</param>
/// <param name="Default">Where what matches nothing goes, or null.</param>
internal sealed record RouteTable(
    FrozenDictionary<string, ServerPlan> Hosts, FrozenDictionary<string, ServerPlan> Wildcards, ServerPlan? AnyHost, RoutePlan? Default)
{
    internal static readonly RouteTable Empty =
        new(FrozenDictionary<string, ServerPlan>.Empty, FrozenDictionary<string, ServerPlan>.Empty, null, null);
}

/// <summary>All paths of one host.</summary>
/// <param name="Host">As written; empty for any.</param>
/// <param name="Routes">Longest path first, Exact before Prefix: the first that matches wins.</param>
/// <param name="Default">Where this host's other paths go, or null.</param>
internal sealed record ServerPlan(string Host, ImmutableArray<RoutePlan> Routes, RoutePlan? Default);

/// <summary>How a path is compared.</summary>
internal enum PathKind
{
    /// <summary>The whole path, with case.</summary>
    Exact,

    /// <summary>Element by element.</summary>
    Prefix,

    /// <summary>By the controller's own way: as nginx does, the path's first characters.</summary>
    ImplementationSpecific,
}

/// <summary>A path of an Ingress rule, or a default backend.</summary>
/// <param name="Ingress">The object it is written in.</param>
/// <param name="Host">The rule's host; empty for any.</param>
/// <param name="Path">The path; empty for a default backend.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="Backend">Where it leads.</param>
internal sealed record RoutePlan(ResourceKey Ingress, string Host, string Path, PathKind Kind, BackendPlan Backend)
{
    /// <summary><c>shop/api: api.example.com /v1/users (Prefix)</c>.</summary>
    internal string Label => Path.Length == 0
        ? $"{Ingress.Namespace}/{Ingress.Name}: default backend"
        : $"{Ingress.Namespace}/{Ingress.Name}: {(Host.Length == 0 ? "any host" : Host)} {Path} ({Kind})";
}

/// <summary>A Service's port as a backend.</summary>
/// <param name="Front">The Service's virtual IP and port.</param>
internal sealed record BackendPlan(ServiceFront Front)
{
    /// <summary><c>shop/users:http</c>.</summary>
    internal string Label =>
        $"{Front.Service.Namespace}/{Front.Service.Name}:{(Front.PortName.Length == 0 ? Front.Declared.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) : Front.PortName)}";
}
