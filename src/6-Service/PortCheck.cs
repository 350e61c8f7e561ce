using k8s.Models;

namespace Usher.Service;

/// <summary>What the API server would refuse in a Service's ports.</summary>
internal static class PortCheck
{
    /// <summary>Reports everything that is wrong.</summary>
    public static void Check(Checker check, V1ServiceSpec spec)
    {
        var ports = spec.Ports ?? [];
        if (ports.Count == 0 && spec.ClusterIP != "None") check.Wrong("spec.ports", "is missing; write at least one port");
        for (var i = 0; i < ports.Count; i++)
        {
            var field = $"spec.ports[{i}]";
            Numbers(check, field, ports[i], spec.Type);
            Name(check, field, ports[i], ports, i);
            Apart(check, field, ports[i], ports.Take(i));
        }
    }

    private static void Numbers(Checker check, string field, V1ServicePort port, string? type)
    {
        if (port.Port is < 1 or > 65535) check.Wrong($"{field}.port", $"{port.Port} is out of range; a port is 1–65535");
        if (port.Protocol == "SCTP")
        {
            check.Warn($"{field}.protocol", $"SCTP isn't carried here: port {port.Port} has endpoints and a name in the cluster's DNS, and nothing listens for it");
        }
        else if (port.Protocol is not (null or "TCP" or "UDP"))
        {
            check.Wrong($"{field}.protocol", $"'{port.Protocol}' is no protocol; write TCP, UDP or SCTP");
        }

        // A target port that is only the port again has the port's own error.
        if (port.TargetPort?.Value is { Length: > 0 } target && target != $"{port.Port}" && !PortNames.IsTarget(target))
        {
            check.Wrong($"{field}.targetPort",
                $"'{target}' is neither a port, 1–65535, nor a container port's name (at most 15 of lower-case letters, digits and '-', with a letter)");
        }

        if (port.NodePort is > 0 && type is (null or "ClusterIP"))
        {
            check.Wrong($"{field}.nodePort", "is not for type ClusterIP; remove it, or use type NodePort");
        }
    }

    private static void Name(Checker check, string field, V1ServicePort port, IList<V1ServicePort> ports, int index)
    {
        if (string.IsNullOrEmpty(port.Name))
        {
            if (ports.Count > 1) check.Wrong($"{field}.name", "is missing; each port of a Service with several needs a name");
            return;
        }

        if (!PortNames.IsDnsLabel(port.Name))
        {
            check.Wrong($"{field}.name", $"'{port.Name}' is no port name; use lower-case letters, digits and '-', at most 63");
        }

        if (ports.Take(index).FirstOrDefault(p => p.Name == port.Name) is { } other)
        {
            check.Wrong($"{field}.name", $"'{port.Name}' is the name of port {other.Port} already");
        }
    }

    private static void Apart(Checker check, string field, V1ServicePort port, IEnumerable<V1ServicePort> earlier)
    {
        var protocol = port.Protocol ?? "TCP";
        if (earlier.Any(p => p.Port == port.Port && (p.Protocol ?? "TCP") == protocol))
            check.Wrong($"{field}.port", $"{port.Port} is written twice for {protocol}; each port of a Service has a number of its own");
    }
}
