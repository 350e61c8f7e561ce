using System.Collections.Immutable;
using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Service;

/// <summary>A selector's pods → endpoints, as the EndpointSlice controller makes them.</summary>
internal static class PodEndpoints
{
    /// <summary>
    /// The endpoints of one port of a Service. A named target port is looked up in each pod, so that one Service can lead to different ports;
    /// a pod that has no such port is no endpoint. That none of the selected pods has it is a warning: it is almost always a mistake.
    /// </summary>
    public static (List<PossibleEndpoint> Endpoints, ImmutableArray<(string Pod, string Why)> LeftOut) Of(
        CompileContext context,
        Resource<V1Service> service,
        int index,
        IReadOnlyList<Resource<V1Pod>> pods,
        IReadOnlyDictionary<string, NodePlace> nodes)
    {
        var written = service.Value.Spec.Ports[index];
        var target = string.IsNullOrEmpty(written.TargetPort?.Value) ? $"{written.Port}" : written.TargetPort.Value;
        var endpoints = new List<PossibleEndpoint>(pods.Count);
        var protocol = written.Protocol ?? "TCP";
        var leftOut = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var pod in pods)
        {
            if (TargetPort(pod.Value, target, protocol) is { } port)
            {
                endpoints.Add(Endpoint(context.Addresses, service, pod, port, nodes));
            }
            else
            {
                leftOut.Add((pod.Key.Name, $"none of its containers declares a {protocol} port named '{target}' ({Declared(pod.Value)})"));
            }
        }

        if (endpoints.Count == 0 && pods.Count > 0)
        {
            context.Warnings.Add(service, $"spec.ports[{index}].targetPort",
                $"no container of the {pods.Count} selected pod{(pods.Count == 1 ? "" : "s")} declares "
                + $"a {protocol} port named '{target}' ({Declared(pods[0].Value)}), so that the port has no endpoint; "
                + "name one of those, write the port's number, or name the container's port");
        }

        return (endpoints, leftOut.ToImmutable());
    }

    /// <summary>The endpoints of a headless Service that has no ports.</summary>
    public static ImmutableArray<PossibleEndpoint> WithoutPort(
        CompileContext context, Resource<V1Service> service, IReadOnlyList<Resource<V1Pod>> pods, IReadOnlyDictionary<string, NodePlace> nodes) =>
        [.. pods.Select(pod => Endpoint(context.Addresses, service, pod, 0, nodes)).OrderBy(e => e.Name, StringComparer.Ordinal)];

    private static int? TargetPort(V1Pod pod, string target, string protocol)
    {
        if (int.TryParse(target, out var number)) return number;
        return Ports(pod).FirstOrDefault(p => p.Name == target && (p.Protocol ?? "TCP") == protocol)?.ContainerPort;
    }

    // Sidecars (init containers that are always restarted) run beside the others, and their ports count.
    private static IEnumerable<V1ContainerPort> Ports(V1Pod pod) =>
        (pod.Spec?.Containers ?? []).Concat((pod.Spec?.InitContainers ?? []).Where(c => c.RestartPolicy == "Always")).SelectMany(c => c.Ports ?? []);

    private static string Declared(V1Pod pod)
    {
        var names = Ports(pod).Where(p => p.Name is not null).Select(p => $"'{p.Name}'").ToList();
        return names.Count == 0 ? "they name no ports" : $"they name {string.Join(", ", names)}";
    }

    private static PossibleEndpoint Endpoint(
        AddressPlan plan, Resource<V1Service> service, Resource<V1Pod> pod, int port, IReadOnlyDictionary<string, NodePlace> nodes)
    {
        var spec = service.Value.Spec;
        var address = plan.Of(pod.Key);
        var node = pod.Value.Spec?.NodeName;
        var place = node is null ? null : nodes.GetValueOrDefault(node);
        // https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
        var zones = spec.TrafficDistribution is not null && place?.Zone is not null;
        return new PossibleEndpoint(
            pod.Key, pod.Key.Name, new IPEndPoint(address.Declared, port), plan.Bind(pod.Key, port), node, place?.Zone)
        {
            Deleted = pod.Value.Metadata?.DeletionTimestamp is not null,
            NodeHints = spec.TrafficDistribution == "PreferSameNode" && node is not null ? [node] : [],
            ZoneHints = zones ? [place!.Zone!] : [],
            // https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-hostname-and-subdomain-field
            HostName = pod.Value.Spec is { Hostname: { Length: > 0 } name, Subdomain: { } subdomain } && subdomain == service.Key.Name ? name : null,
        };
    }
}
