using System.Globalization;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// <c>--source=service</c> (docs/sources/service.md): the names of a Service's annotations <c>hostname</c> and <c>internal-hostname</c>, with its annotation's targets or those of its type. Of several Services with one name the addresses stand together.
/// </summary>
internal static class ServiceSource
{
    private const string Hostname = "hostname";
    private const string InternalHostname = "internal-hostname";

    internal static IEnumerable<DnsEndpoint> Endpoints(CompileContext context, ExternalDnsSettings settings)
    {
        var found = new List<DnsEndpoint>();
        var pods = new Lazy<ILookup<string, Resource<V1Pod>>>(() => context.State.List<V1Pod>().ToLookup(p => p.Key.Namespace, StringComparer.Ordinal));
        foreach (var (service, source) in SourceFilter.Of<V1Service>(context, settings, s => s.Metadata))
        {
            if (service.Value.Spec is not { } spec || (settings.ServiceTypes.Count > 0 && !settings.ServiceTypes.Contains(spec.Type ?? "ClusterIP", StringComparer.Ordinal))) continue;
            var names = Names(settings, source);
            if (names.Count == 0 || !source.Check()) continue;
            var targets = new ServiceTargets(context, settings, service, pods);
            foreach (var (host, field, isInternal) in names) found.AddRange(OfName(targets, source, host, field, isInternal));
        }

        return Merged(found);
    }

    private static List<(string Host, string Field, bool IsInternal)> Names(ExternalDnsSettings settings, DnsSourceObject source)
    {
        var names = new List<(string, string, bool)>();
        if (!settings.IgnoreHostname)
        {
            names.AddRange(source.Annotations.List(Hostname).Select(h => (h, source.Annotations.Field(Hostname), false)));
            names.AddRange(source.Annotations.List(InternalHostname).Select(h => (h, source.Annotations.Field(InternalHostname), true)));
        }

        if (SourceFilter.TemplateCounts(settings, names.Count > 0)) names.AddRange(settings.Template!.Names(source.Metadata, "Service").Select(n => (n, "metadata.name", false)));
        return names;
    }

    private static List<DnsEndpoint> OfName(ServiceTargets targets, DnsSourceObject source, string host, string field, bool isInternal)
    {
        var endpoints = new List<DnsEndpoint>();
        if (source.Targets is { Count: > 0 } written) return [.. source.Endpoints(host, field, written)];
        foreach (var (prefix, addresses) in targets.Of(isInternal)) endpoints.AddRange(source.Endpoints($"{prefix}{host}", field, addresses));
        foreach (var port in targets.Ports)
        {
            var name = $"_{source.Key.Name}._{(port.Protocol ?? "TCP").ToLowerInvariant()}.{host}";
            endpoints.AddRange(source.Endpoints(name, field, [new PublishedAddress(string.Create(CultureInfo.InvariantCulture, $"0 50 {port.NodePort} {host}"))]).Select(e => e with { Type = "SRV" }));
        }

        if (endpoints.Count == 0 && targets.Missing(isInternal) is { } why) source.Warn(field, $"{why}, so external-dns makes no record set of {host}; the annotation {DnsAnnotations.Prefix}target says an address");
        return endpoints;
    }

    // A CNAME has one value.
    private static IEnumerable<DnsEndpoint> Merged(List<DnsEndpoint> endpoints) =>
        from endpoint in endpoints
        orderby TxtRegistry.Label(endpoint.Source.Key)
        group endpoint by (endpoint.Name, endpoint.Type, endpoint.SetIdentifier, endpoint.Ttl, Alone: endpoint.Type == "CNAME" ? endpoint : null) into same
        select same.First() with { Targets = [.. same.SelectMany(e => e.Targets).DistinctBy(t => t.Text).OrderBy(t => t.Text, StringComparer.Ordinal)] };
}
