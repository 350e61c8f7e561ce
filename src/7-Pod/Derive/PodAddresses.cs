using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Usher.Pod;

/// <summary>
/// Gives pods addresses of their node's subnet, as the VPC CNI does on EKS: the /24 of the node's InternalIP, from .100 upward.
/// An address that any pod had in the running generation is not given again at once (the CNI lets it cool down for 30 seconds).
/// </summary>
internal sealed class PodAddresses
{
    private const int First = 100;
    private const int Last = 254;
    private readonly HashSet<IPAddress> used;

    public PodAddresses(IEnumerable<V1Node> nodes, IEnumerable<IPAddress> running)
    {
        used = [.. nodes.Select(InternalIp).OfType<IPAddress>(), .. running];
    }

    /// <summary>The node's IPv4 InternalIP, or null.</summary>
    public static IPAddress? InternalIp(V1Node node) => (node.Status?.Addresses ?? [])
        .Where(a => a.Type == "InternalIP")
        .Select(a => IPAddress.TryParse(a.Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork ? ip : null)
        .FirstOrDefault(ip => ip is not null);

    /// <summary>Whether two addresses are of one /24.</summary>
    public static bool SameSubnet(IPAddress a, IPAddress b) => a.GetAddressBytes().AsSpan(0, 3).SequenceEqual(b.GetAddressBytes().AsSpan(0, 3));

    /// <summary>Keeps an address that a pod has.</summary>
    public void Keep(IPAddress address) => used.Add(address);

    /// <summary>The lowest free address beside the node, or null when the subnet is full.</summary>
    public IPAddress? Next(IPAddress node)
    {
        var bytes = node.GetAddressBytes();
        for (var last = First; last <= Last; last++)
        {
            bytes[3] = (byte)last;
            var candidate = new IPAddress(bytes);
            if (used.Add(candidate)) return candidate;
        }

        return null;
    }
}
