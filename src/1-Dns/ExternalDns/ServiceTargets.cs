using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The addresses of a Service that has no annotation <c>target</c>, by its type (docs/sources/service.md).</summary>
/// <param name="context">What is compiled.</param>
/// <param name="settings">Which external-dns asks.</param>
/// <param name="service">The Service.</param>
/// <param name="pods">The pods by namespace, which few Services ask for.</param>
internal sealed class ServiceTargets(CompileContext context, ExternalDnsSettings settings, Resource<V1Service> service, Lazy<ILookup<string, Resource<V1Pod>>> pods)
{
    private const string ExternalIp = "ExternalIP";
    private const string InternalIp = "InternalIP";

    private readonly V1ServiceSpec spec = service.Value.Spec;
    private readonly DnsAnnotations annotations = new(service.Value.Metadata);

    private bool IsHeadless => spec.ClusterIP == "None";

    /// <summary>The ports that get an SRV.</summary>
    internal IEnumerable<V1ServicePort> Ports => spec.Type == "NodePort" && settings.RecordTypes.Contains("SRV") ? (spec.Ports ?? []).Where(p => p.NodePort > 0) : [];

    /// <summary>Addresses, each with what stands before the name: nothing, or a headless Service's pod's host name and a dot.</summary>
    internal IEnumerable<(string Prefix, IReadOnlyList<PublishedAddress> Addresses)> Of(bool isInternal) => spec.Type switch
    {
        "LoadBalancer" => [("", isInternal ? ClusterIp() : LoadBalancer())],
        "NodePort" => [("", Nodes())],
        "ExternalName" => [("", External() ?? (spec.ExternalName is { Length: > 0 } name ? [new PublishedAddress(name.TrimEnd('.'))] : []))],
        _ when IsHeadless => Pods(),
        _ => [("", isInternal || settings.PublishInternal ? ClusterIp() : [])],
    };

    /// <summary>Why it has no address; null where external-dns means to leave it out.</summary>
    internal string? Missing(bool isInternal) => spec.Type switch
    {
        "LoadBalancer" when !isInternal => "no load balancer here was made for this Service",
        "NodePort" => $"no node here has the address that {DnsAnnotations.Prefix}access wants",
        null or "ClusterIP" when !IsHeadless && !isInternal && !settings.PublishInternal => "it is of type ClusterIP, and external-dns has no --publish-internal-services",
        _ => null,
    };

    private IReadOnlyList<PublishedAddress>? External() => spec.ExternalIPs is { Count: > 0 } written ? [.. written.Select(a => new PublishedAddress(a))] : null;

    private IReadOnlyList<PublishedAddress> LoadBalancer() => External() ?? LoadBalancerAddresses.Of(context.State, service.Key);

    private IReadOnlyList<PublishedAddress> ClusterIp() => spec.ClusterIP is null or "" or "None" ? [] : [new PublishedAddress(spec.ClusterIP, service.Key)];

    private List<PublishedAddress> Nodes()
    {
        var nodes = context.State.List<V1Node>();
        if (spec.ExternalTrafficPolicy == "Local")
        {
            var on = Selected().Where(p => IsReady(p)).Select(p => p.Value.Spec?.NodeName).ToHashSet(StringComparer.Ordinal);
            nodes = [.. nodes.Where(n => on.Contains(n.Key.Name))];
        }

        var (external, inside) = (nodes.SelectMany(n => AddressesOf(n, ExternalIp)).ToList(), nodes.SelectMany(n => AddressesOf(n, InternalIp)).ToList());
        return annotations["access"] switch { "public" => external, "private" => inside, _ => external.Count > 0 ? external : inside };
    }

    private IEnumerable<(string Prefix, IReadOnlyList<PublishedAddress> Addresses)> Pods()
    {
        var ready = Selected().Where(p => spec.PublishNotReadyAddresses == true || settings.PublishNotReady || IsReady(p)).ToList();
        yield return ("", [.. ready.SelectMany(Addresses)]);
        foreach (var host in ready.Where(p => p.Value.Spec?.Hostname is { Length: > 0 }).GroupBy(p => p.Value.Spec.Hostname)) yield return ($"{host.Key}.", [.. host.SelectMany(Addresses)]);
    }

    private IEnumerable<PublishedAddress> Addresses(Resource<V1Pod> pod)
    {
        if (new DnsAnnotations(pod.Value.Metadata).List("target") is { Count: > 0 } written) return written.Select(t => new PublishedAddress(t));
        var type = annotations["endpoints-type"];
        if (type is not ("NodeExternalIP" or "HostIP") && !settings.PublishHostIp) return [new PublishedAddress(pod.Key.Name, pod.Key)];
        return pod.Value.Spec?.NodeName is { } name && context.State.Find<V1Node>("", name) is { } node ? AddressesOf(node, type == "NodeExternalIP" ? ExternalIp : InternalIp) : [];
    }

    private IEnumerable<Resource<V1Pod>> Selected() => spec.Selector is { Count: > 0 } ? pods.Value[service.Key.Namespace].Where(p => LabelSelectors.Selects(spec, p.Value)) : [];

    // Where nobody looked, every pod counts.
    private bool IsReady(Resource<V1Pod> pod) => context.Observed == Observed.Nothing || (context.Observed.Pods.TryGetValue(pod.Key, out var status) && status.Ready && !status.Terminating);

    // A node's first InternalIP is the one that stands for it here.
    private static IEnumerable<PublishedAddress> AddressesOf(Resource<V1Node> node, string type) =>
        (node.Value.Status?.Addresses ?? []).Where(a => a.Type == type).Select((a, i) => new PublishedAddress(a.Address, type == InternalIp && i == 0 ? node.Key : null));
}
