using System.Net;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// A pod's <c>/etc/resolv.conf</c> by <c>dnsPolicy</c> and <c>dnsConfig</c> (DNS for Services and Pods; <c>pkg/kubelet/network/dns</c>). The file has no place
/// for a port: a cluster's DNS that isn't bound at 53 can only be told by <c>CLUSTER_DNS</c>.
/// </summary>
internal static class ResolverCompiler
{
    private const int DnsPort = 53;

    /// <summary>Whether the pod asks the cluster's DNS first.</summary>
    public static bool AsksCluster(V1PodSpec spec) => spec.DnsPolicy == "ClusterFirstWithHostNet" || (spec.HostNetwork != true && spec.DnsPolicy is null or "" or "ClusterFirst");

    /// <summary>The file; null for the machine's own.</summary>
    public static string? Compile(V1PodSpec spec, IPEndPoint? cluster, PodScene scene)
    {
        var config = spec.DnsConfig;
        var servers = config?.Nameservers ?? [];
        switch (spec.DnsPolicy)
        {
            case "None":
                if (servers.Count == 0) scene.Error("dnsConfig.nameservers", "Required value: must provide at least one DNS nameserver when `dnsPolicy` is None");
                return Text(servers, config?.Searches ?? [], Options([], config));
            case "Default":
                break;
            // On its node's network a pod has its node's resolver unless it says otherwise.
            case null or "" or "ClusterFirst" when spec.HostNetwork == true:
                break;
            case var _ when !AsksCluster(spec):
                scene.Error("dnsPolicy", $"Unsupported value: \"{spec.DnsPolicy}\": supported values: \"ClusterFirst\", \"ClusterFirstWithHostNet\", \"Default\", \"None\"");
                break;
            case var _ when cluster is { Port: DnsPort }:
                var ns = scene.Pod.Key.Namespace;
                return Text([cluster.Address.ToString(), .. servers],
                    [$"{ns}.svc.cluster.local", "svc.cluster.local", "cluster.local", .. config?.Searches ?? []], Options([("ndots", "5")], config));
        }

        if (config is not null) scene.NotApply("dnsConfig");
        return null;
    }

    // An option that dnsConfig has, too, is its.
    private static IEnumerable<string> Options(IEnumerable<(string Name, string? Value)> own, V1PodDNSConfig? config)
    {
        var written = (config?.Options ?? []).Select(o => (o.Name, Value: o.Value)).ToList();
        return own.Where(o => !written.Exists(w => w.Name == o.Name)).Concat(written.Select(w => (w.Name, (string?)w.Value)))
            .Select(o => string.IsNullOrEmpty(o.Item2) ? o.Name : $"{o.Name}:{o.Item2}");
    }

    private static string Text(IEnumerable<string> servers, IEnumerable<string> searches, IEnumerable<string> options)
    {
        var search = string.Join(' ', searches.Distinct());
        var option = string.Join(' ', options);
        return (search.Length > 0 ? $"search {search}\n" : "") + string.Concat(servers.Distinct().Select(s => $"nameserver {s}\n")) + (option.Length > 0 ? $"options {option}\n" : "");
    }
}
