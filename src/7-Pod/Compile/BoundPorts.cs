using System.Globalization;
using k8s.Models;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>Ports of a pod that differ in a cluster and are one on this machine, where those below 1024 are bound higher.</summary>
internal static class BoundPorts
{
    /// <summary>The ports that clash, each pair once.</summary>
    public static IEnumerable<UnsupportedField> Clashes(V1PodSpec spec, AddressPlan addresses)
    {
        if (addresses.Range.RealPorts) return [];
        var all = (spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always").Concat(spec.Containers ?? []).SelectMany(Ports).ToHashSet();
        return all.Where(p => addresses.BoundPort(p) != p && all.Contains(addresses.BoundPort(p))).Order().Select(p => new UnsupportedField("containers[0].ports", string.Create(CultureInfo.InvariantCulture,
            $"ports {p} and {addresses.BoundPort(p)} are both bound at {addresses.BoundPort(p)} on this machine (ports below 1024 are bound {AddressPlan.PrivilegedOffset} higher); move one of them, or bind real ports (--real-ports)")));
    }

    // Declared, or probed by number.
    private static IEnumerable<int> Ports(V1Container container)
    {
        foreach (var port in container.Ports ?? [])
        {
            if (port.Protocol is null or "" or "TCP" && port.ContainerPort is >= 1 and <= 65535) yield return port.ContainerPort;
        }

        foreach (var probe in new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe })
        {
            var written = probe?.HttpGet?.Port ?? probe?.TcpSocket?.Port;
            if (int.TryParse(written?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535) yield return number;
            if (probe?.Grpc?.Port is >= 1 and <= 65535 and var grpc) yield return grpc;
        }
    }
}
