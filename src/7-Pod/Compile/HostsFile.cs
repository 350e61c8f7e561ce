using System.Text;
using k8s.Models;

namespace Usher.Pod;

/// <summary>A pod's <c>/etc/hosts</c> with <c>hostAliases</c>, as the kubelet writes it (<c>pkg/kubelet/kubelet_pods.go</c>).</summary>
internal static class HostsFile
{
    /// <summary>The file; null for a pod that leaves the machine's as it is.</summary>
    public static string? Of(V1PodSpec spec, PodScene scene)
    {
        if (spec.HostAliases is not { Count: > 0 }) return null;
        var file = new StringBuilder("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
            + "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        file.Append(scene.Address?.Bound).Append('\t').Append(string.IsNullOrEmpty(spec.Hostname) ? scene.Pod.Key.Name : spec.Hostname).Append('\n');
        file.Append("\n# Entries added by HostAliases.\n");
        foreach (var alias in spec.HostAliases)
        {
            if (alias.Hostnames is { Count: > 0 }) file.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames).Append('\n');
        }

        return file.ToString();
    }
}
