using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// <c>--source=ingress</c> (docs/sources/ingress.md): the hosts of an Ingress's rules and of its <c>tls</c>, then the names of its annotation, with its annotation's targets or what its controller writes into its status.
/// </summary>
/// <param name="statuses">The ingress controllers here.</param>
internal sealed class IngressSource(IEnumerable<IIngressStatus> statuses)
{
    private const string HostnameSource = "ingress-hostname-source";
    private readonly IIngressStatus[] statuses = [.. statuses];

    internal IEnumerable<DnsEndpoint> Endpoints(CompileContext context, ExternalDnsSettings settings)
    {
        var here = Array.ConvertAll(statuses, s => s.In(context));
        foreach (var (ingress, source) in SourceFilter.Of<V1Ingress>(context, settings, i => i.Metadata))
        {
            if (!OfClass(settings, ingress.Value)) continue;
            var names = Names(settings, ingress.Value, source).DistinctBy(n => n.Host, StringComparer.OrdinalIgnoreCase).ToList();
            if (names.Count == 0 || !source.Check()) continue;
            var targets = source.Targets is { Count: > 0 } written ? written : Status(context, here, ingress);
            if (targets.Count == 0)
            {
                source.Warn(names[0].Field, $"no controller here gives this Ingress an address, so external-dns makes no record set of {string.Join(", ", names.Select(n => n.Host))}; the annotation {DnsAnnotations.Prefix}target says one");
            }

            foreach (var (host, field) in names)
            {
                foreach (var endpoint in source.Endpoints(host, field, targets)) yield return endpoint;
            }
        }
    }

    private static bool OfClass(ExternalDnsSettings settings, V1Ingress ingress) => settings.IngressClasses.Count == 0
        || settings.IngressClasses.Contains(ingress.Spec?.IngressClassName is { Length: > 0 } name ? name
            : ingress.Metadata?.Annotations is { } all && all.TryGetValue(IngressClassObjects.LegacyAnnotation, out var legacy) ? legacy : "", StringComparer.Ordinal);

    private static List<(string Host, string Field)> Names(ExternalDnsSettings settings, V1Ingress ingress, DnsSourceObject source)
    {
        var defined = new List<(string Host, string Field)>();
        if (!settings.IgnoreRules) defined.AddRange((ingress.Spec?.Rules ?? []).Select((r, i) => (r.Host ?? "", $"spec.rules[{i}].host")));
        if (!settings.IgnoreTls) defined.AddRange((ingress.Spec?.Tls ?? []).SelectMany((t, i) => (t.Hosts ?? []).Select((h, j) => (h, $"spec.tls[{i}].hosts[{j}]"))));
        var annotated = settings.IgnoreHostname ? [] : source.Annotations.List("hostname").Select(h => (h, source.Annotations.Field("hostname")));
        var names = (source.Annotations[HostnameSource]?.ToLowerInvariant() switch
        {
            null => defined.Concat(annotated),
            "defined-hosts-only" => defined,
            "annotation-only" => annotated,
            _ => Unknown(source),
        }).Where(n => n.Item1.Length > 0).ToList();
        if (SourceFilter.TemplateCounts(settings, names.Count > 0)) names.AddRange(settings.Template!.Names(source.Metadata, "Ingress").Select(n => (n, "metadata.name")));
        return names;
    }

    private static IEnumerable<(string Host, string Field)> Unknown(DnsSourceObject source)
    {
        source.Warn(source.Annotations.Field(HostnameSource), $"found '{source.Annotations[HostnameSource]}'; defined-hosts-only and annotation-only are known, so external-dns takes no name of this Ingress");
        return [];
    }

    private static IReadOnlyList<PublishedAddress> Status(CompileContext context, Func<Resource<V1Ingress>, IReadOnlyList<PublishedAddress>?>[] here, Resource<V1Ingress> ingress)
    {
        var balancers = LoadBalancerAddresses.Of(context.State, ingress.Key);
        return balancers.Count > 0 ? balancers : here.Select(status => status(ingress)).FirstOrDefault(a => a is not null) ?? [];
    }
}
