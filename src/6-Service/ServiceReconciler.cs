using System.Net;
using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>
/// Gives Services what the API server gives them: a virtual IP, NodePorts and the defaults.
/// <list type="number">
/// <item>Numbers that people wrote are theirs; two Services with the same one are an error.</item>
/// <item>Numbers that a Service had in the running generation stay, unless somebody wrote them elsewhere.</item>
/// <item>The others get a free one.</item>
/// </list>
/// The results are copies; the stored objects are never changed. A copy that would say what that of the running generation says is that one.
/// </summary>
internal sealed class ServiceReconciler : IReconciler
{
    // Which written object a copy was made of.
    private static readonly ConditionalWeakTable<V1Service, V1Service> Sources = [];

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var services = context.State.All<V1Service>().Where(s => s.Value.Spec is not null && s.Value.Spec.Type != "ExternalName").ToList();
        var before = previous.All<V1Service>().ToDictionary(s => s.Key, s => s.Value);
        var addresses = new Dictionary<IPAddress, ResourceKey>();
        var ports = new Dictionary<(int, string), ResourceKey>();

        // 1. Written numbers.
        foreach (var service in services)
        {
            ClaimWrittenAddress(context, service, addresses);
            ClaimWrittenPorts(context, service, ports);
            if (service.Value.Spec.HealthCheckNodePort is > 0 and var port) ClaimPort(context, service, "spec.healthCheckNodePort", port, "TCP", ports);
        }

        // 2. Kept numbers.
        var plans = services.Select(s => new Plan(s, before.GetValueOrDefault(s.Key))).ToList();
        foreach (var plan in plans)
        {
            plan.KeepAddress(addresses);
            plan.KeepPorts(ports);
        }

        // 3. New numbers.
        foreach (var plan in plans)
        {
            if (!plan.GiveAddress(addresses)) context.Errors.Add(plan.Service, "spec.clusterIP", "no address is left in 10.100.0.0/16");
            if (!plan.GivePorts(ports)) context.Errors.Add(plan.Service, "spec.ports", "no NodePort is left in 30000–32767");
        }

        return plans.Select(p => new Resource(p.Service.Key, p.Result(), p.Service.Origin)).ToList();
    }

    private static void ClaimWrittenAddress(CompileContext context, Resource<V1Service> service, Dictionary<IPAddress, ResourceKey> addresses)
    {
        var written = WrittenAddress(service.Value.Spec);
        if (written is null or "None") return;
        if (ServiceNumbers.ParseAddress(written) is not { } address || IPAddress.IsLoopback(address) || address.GetAddressBytes()[0] is 0 or >= 224)
        {
            context.Errors.Add(service, "spec.clusterIP",
                $"'{written}' is no IPv4 address that a Service can have; write one such as 10.100.0.20, 'None' for a headless Service, "
                + "or leave it out to be given one");
        }
        else if (!addresses.TryAdd(address, service.Key))
        {
            context.Errors.Add(service, "spec.clusterIP",
                $"{written} is the virtual IP of {addresses[address]} already; write another, or leave it out to be given one");
        }
    }

    private static void ClaimWrittenPorts(CompileContext context, Resource<V1Service> service, Dictionary<(int, string), ResourceKey> ports)
    {
        for (var i = 0; i < (service.Value.Spec.Ports?.Count ?? 0); i++)
        {
            var port = service.Value.Spec.Ports![i];
            if (port.NodePort is > 0 and var number) ClaimPort(context, service, $"spec.ports[{i}].nodePort", number, port.Protocol ?? "TCP", ports);
        }
    }

    private static void ClaimPort(
        CompileContext context, Resource<V1Service> service, string field, int number, string protocol, Dictionary<(int, string), ResourceKey> ports)
    {
        if (number is < ServiceNumbers.FirstNodePort or > ServiceNumbers.LastNodePort)
        {
            context.Errors.Add(service, field, $"{number} is out of range; a NodePort is 30000–32767. Leave it out to be given one");
        }
        else if (!ports.TryAdd((number, protocol), service.Key))
        {
            context.Errors.Add(service, field,
                $"{number} is a NodePort of {ports[(number, protocol)]} already; every node has each port once. Write another, or leave it out to be given one");
        }
    }

    /// <summary>Whether every node is to tell on a port of its own if it has an endpoint (KEP "preserve client source IP").</summary>
    public static bool WantsHealthCheck(V1ServiceSpec spec) => spec is { Type: "LoadBalancer", ExternalTrafficPolicy: "Local" };

    private static string? WrittenAddress(V1ServiceSpec spec)
    {
        if (!string.IsNullOrEmpty(spec.ClusterIP)) return spec.ClusterIP;
        return spec.ClusterIPs is { Count: > 0 } ips ? ips[0] : null;
    }

    /// <summary>One Service's numbers while they are being given out.</summary>
    private sealed class Plan
    {
        private readonly V1ServiceSpec spec;
        private readonly V1Service? had;
        private readonly V1ServiceSpec? before;
        private readonly int[] nodePorts;
        private string? address;
        private int healthCheck;

        public Plan(Resource<V1Service> service, V1Service? had)
        {
            Service = service;
            this.had = had;
            before = had?.Spec;
            spec = service.Value.Spec;
            address = WrittenAddress(spec);
            nodePorts = [.. (spec.Ports ?? []).Select(p => p.NodePort ?? 0)];
            healthCheck = spec.HealthCheckNodePort ?? 0;
        }

        public Resource<V1Service> Service { get; }

        private bool WantsNodePorts => spec.Type == "NodePort" || (spec.Type == "LoadBalancer" && spec.AllocateLoadBalancerNodePorts != false);

        public void KeepAddress(Dictionary<IPAddress, ResourceKey> taken)
        {
            if (address is not null || ServiceNumbers.ParseAddress(before?.ClusterIP) is not { } kept) return;
            if (taken.TryAdd(kept, Service.Key)) address = kept.ToString();
        }

        public void KeepPorts(Dictionary<(int, string), ResourceKey> taken)
        {
            for (var i = 0; i < nodePorts.Length && WantsNodePorts; i++)
            {
                if (nodePorts[i] != 0) continue;
                var (port, protocol) = (spec.Ports[i].Port, spec.Ports[i].Protocol ?? "TCP");
                var kept = before?.Ports?.FirstOrDefault(p => p.Port == port && (p.Protocol ?? "TCP") == protocol)?.NodePort ?? 0;
                if (kept != 0 && taken.TryAdd((kept, protocol), Service.Key)) nodePorts[i] = kept;
            }

            if (healthCheck == 0 && WantsHealthCheck(spec) && before?.HealthCheckNodePort is > 0 and var had && taken.TryAdd((had, "TCP"), Service.Key)) healthCheck = had;
        }

        public bool GiveAddress(Dictionary<IPAddress, ResourceKey> taken)
        {
            if (address is not null) return true;
            if (ServiceNumbers.FreeAddress(Service.Key.Short, taken.ContainsKey) is not { } free) return false;
            taken.Add(free, Service.Key);
            address = free.ToString();
            return true;
        }

        public bool GivePorts(Dictionary<(int, string), ResourceKey> taken)
        {
            for (var i = 0; i < nodePorts.Length && WantsNodePorts; i++)
            {
                if (nodePorts[i] != 0) continue;
                var (port, protocol) = (spec.Ports[i].Port, spec.Ports[i].Protocol ?? "TCP");
                var name = $"{Service.Key.Short}/{port}";
                if (ServiceNumbers.FreeNodePort(name, p => taken.ContainsKey((p, protocol))) is not { } free) return false;
                taken.Add((free, protocol), Service.Key);
                nodePorts[i] = free;
            }

            if (healthCheck != 0 || !WantsHealthCheck(spec)) return true;
            if (ServiceNumbers.FreeNodePort($"{Service.Key.Short}/health", p => taken.ContainsKey((p, "TCP"))) is not { } own) return false;
            taken.Add((own, "TCP"), Service.Key);
            healthCheck = own;
            return true;
        }

        /// <summary>A copy with the numbers and the API server's defaults.</summary>
        public V1Service Result()
        {
            if (had is not null && Sources.TryGetValue(had, out var source) && ReferenceEquals(source, Service.Value) && IsAsBefore()) return had;
            var copy = Copy();
            Sources.Add(copy, Service.Value);
            return copy;
        }

        private bool IsAsBefore() => before!.ClusterIP == address && (before.HealthCheckNodePort ?? 0) == healthCheck && (before.Ports ?? []).Select(p => p.NodePort ?? 0).SequenceEqual(nodePorts);

        private V1Service Copy() => Service.Value with
        {
            Spec = spec with
            {
                Type = spec.Type ?? "ClusterIP",
                ClusterIP = address,
                ClusterIPs = spec.ClusterIPs ?? (address is null ? null : [address]),
                SessionAffinity = spec.SessionAffinity ?? "None",
                InternalTrafficPolicy = spec.InternalTrafficPolicy ?? "Cluster",
                ExternalTrafficPolicy = spec.ExternalTrafficPolicy ?? (spec.Type is "NodePort" or "LoadBalancer" ? "Cluster" : null),
                HealthCheckNodePort = healthCheck == 0 ? null : healthCheck,
                Ports = spec.Ports is null ? null : [.. spec.Ports.Select((port, i) => port with
                {
                    Protocol = port.Protocol ?? "TCP",
                    TargetPort = string.IsNullOrEmpty(port.TargetPort?.Value) || port.TargetPort.Value == "0" ? port.Port : port.TargetPort,
                    NodePort = nodePorts[i] == 0 ? null : nodePorts[i],
                })],
            },
        };
    }
}
