using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// <c>--source=gateway-httproute</c> and the like (docs/sources/gateway-api.md): the hosts of a route, of its annotation and, where it has none, of the listeners that it attaches to, with the addresses of their Gateway. The annotation <c>target</c> is the Gateway's, all others are the route's.
/// ListenerSets aren't looked at.
/// </summary>
internal sealed class GatewayRouteSource(IEnumerable<IGatewayStatus> statuses)
{
    private const string HostnameSource = "gateway-hostname-source";
    private readonly IGatewayStatus[] statuses = [.. statuses];

    /// <summary>The sources.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["gateway-httproute", "gateway-grpcroute", "gateway-tlsroute", "gateway-tcproute", "gateway-udproute"];

    internal IEnumerable<DnsEndpoint> Endpoints(CompileContext context, ExternalDnsSettings settings) =>
    [
        .. Of<HttpRoute>(context, settings, "gateway-httproute", "HTTP", r => r.Metadata, r => r.Spec, r => r.Spec.Hostnames),
        .. Of<GrpcRoute>(context, settings, "gateway-grpcroute", "HTTP", r => r.Metadata, r => r.Spec, r => r.Spec.Hostnames),
        .. Of<TlsRoute>(context, settings, "gateway-tlsroute", "TLS", r => r.Metadata, r => r.Spec, r => r.Spec.Hostnames),
        .. Of<TcpRoute>(context, settings, "gateway-tcproute", "TCP", r => r.Metadata, r => r.Spec, _ => []),
        .. Of<UdpRoute>(context, settings, "gateway-udproute", "UDP", r => r.Metadata, r => r.Spec, _ => []),
    ];

    private IEnumerable<DnsEndpoint> Of<T>(CompileContext context, ExternalDnsSettings settings, string source, string protocol, Func<T, V1ObjectMeta> metadata, Func<T, RouteSpec> spec, Func<T, IList<string>> hosts)
        where T : class
    {
        if (!settings.Sources.Contains(source)) yield break;
        foreach (var (route, told) in SourceFilter.Of(context, settings, metadata))
        {
            var names = Hosts(settings, told, hosts(route.Value));
            var found = new Dictionary<string, (string Field, List<PublishedAddress> Targets)>(StringComparer.Ordinal);
            foreach (var parent in spec(route.Value).ParentRefs)
            {
                if (Gateway(context, settings, told.Key, parent) is not { } gateway) continue;
                IReadOnlyList<PublishedAddress>? targets = null;
                foreach (var listener in gateway.Value.Spec.Listeners.Where(l => Takes(context, gateway, l, parent, protocol, told.Key)))
                {
                    foreach (var (name, field) in names)
                    {
                        if (Common(listener.Hostname ?? "", name) is not { Length: > 0 } host) continue;
                        if (!found.TryGetValue(host, out var known)) found[host] = known = (field, []);
                        known.Targets.AddRange(targets ??= Targets(context, gateway));
                    }
                }
            }

            if (found.Count == 0 || !told.Check()) continue;
            if (told.Targets.Count > 0) told.Warn(told.Annotations.Field("target"), "has no effect on a route: external-dns reads it from the Gateway");
            foreach (var (host, (field, all)) in found)
            {
                if (all.Count == 0) told.Warn(field, $"no Gateway of this route has an address, so external-dns makes no record set of {host}; the annotation {DnsAnnotations.Prefix}target of the Gateway says one");
                foreach (var endpoint in told.Endpoints(host, field, all)) yield return endpoint;
            }
        }
    }

    private static List<(string Host, string Field)> Hosts(ExternalDnsSettings settings, DnsSourceObject route, IList<string> hosts)
    {
        var defined = hosts.Select((h, i) => (Host: h, Field: $"spec.hostnames[{i}]")).ToList();
        var annotated = settings.IgnoreHostname ? [] : route.Annotations.List("hostname").Select(h => (Host: h, Field: route.Annotations.Field("hostname"))).ToList();
        // A route without hosts has its listeners'.
        if (defined.Count == 0) defined.Add(("", "spec.hostnames"));
        var names = (route.Annotations[HostnameSource]?.ToLowerInvariant() switch { "defined-hosts-only" => defined, "annotation-only" => annotated, _ => defined.Concat(annotated) }).ToList();
        if (SourceFilter.TemplateCounts(settings, names.Exists(n => n.Host.Length > 0))) names.AddRange(settings.Template!.Names(route.Metadata, route.Key.Kind).Select(n => (n, "metadata.name")));
        return names;
    }

    private static Resource<Gateway>? Gateway(CompileContext context, ExternalDnsSettings settings, ResourceKey route, ParentReference parent)
    {
        if (parent.Group != GatewayApi.Group || parent.Kind != "Gateway") return null;
        var found = context.State.Find<Gateway>(parent.Namespace ?? route.Namespace, parent.Name);
        return found is not null && (settings.GatewayName ?? found.Key.Name) == found.Key.Name && (settings.GatewayNamespace ?? found.Key.Namespace) == found.Key.Namespace
            && settings.GatewayLabels.Matches(found.Value.Metadata.Labels) ? found : null;
    }

    /// <summary>Whether a listener is one that a parentRef means and lets the route in: by protocol, kind and namespace.</summary>
    private static bool Takes(CompileContext context, Resource<Gateway> gateway, GatewayListener listener, ParentReference parent, string protocol, ResourceKey route)
    {
        if ((parent.SectionName is not null && parent.SectionName != listener.Name) || (parent.Port is not null && parent.Port != listener.Port)) return false;
        if ((listener.Protocol == "HTTPS" ? "HTTP" : listener.Protocol) != protocol) return false;
        var allowed = listener.AllowedRoutes;
        if (allowed.Kinds.Count > 0 && !allowed.Kinds.Any(k => k.Group == route.Group && k.Kind == route.Kind)) return false;
        return allowed.Namespaces.From switch
        {
            "All" => true,
            "Selector" => allowed.Namespaces.Selector is { } selector && NamespaceLabels.Meets(context.State, route.Namespace, selector),
            _ => route.Namespace == gateway.Key.Namespace,
        };
    }

    /// <summary>The more exact of two hosts, either of which may be <c>*.example.com</c> or empty for any; null when they have nothing in common.</summary>
    private static string? Common(string one, string other)
    {
        (one, other) = (one.ToLowerInvariant(), other.ToLowerInvariant());
        if (one.Length == 0 || one == other) return other;
        if (other.Length == 0) return one;
        if (one.StartsWith("*.", StringComparison.Ordinal) && other.EndsWith(one[1..], StringComparison.Ordinal)) return other;
        return other.StartsWith("*.", StringComparison.Ordinal) && one.EndsWith(other[1..], StringComparison.Ordinal) ? one : null;
    }

    private IReadOnlyList<PublishedAddress> Targets(CompileContext context, Resource<Gateway> gateway)
    {
        var written = new DnsAnnotations(gateway.Value.Metadata).List("target");
        return written.Count > 0 ? [.. written.Select(t => new PublishedAddress(t))] : statuses.Select(s => s.Of(context, gateway)).FirstOrDefault(a => a is not null) ?? [];
    }
}
