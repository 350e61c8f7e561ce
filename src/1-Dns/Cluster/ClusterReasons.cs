using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>What <see cref="ClusterDnsHop"/> considered, in words. Nothing here runs for live questions.</summary>
internal static class ClusterReasons
{
    private const int MostNamed = 12;

    public static void NoShape<T>(ref T reasons, DomainName name) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(name.ToString(), false, $"names below {ClusterZone.Name} are service.namespace.svc, endpoint.service.namespace.svc, _port._protocol.service.namespace.svc and a-b-c-d.namespace.pod");
    }

    public static void NoNamespace<T>(ref T reasons, string ns) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add($"Namespace {ns}", false, "there is no such namespace");
    }

    public static void NoService<T>(ref T reasons, ClusterSnapshot cluster, ClusterName asked) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        var names = cluster.In(asked.Namespace!).Select(s => s.Key.Name).ToList();
        reasons.Add($"Service {asked.Namespace}/{asked.Service}", false,
            names.Count == 0 ? "there is none in this namespace" : $"this namespace has {FirstFew.Of(names, MostNamed)}");
    }

    public static void NoPodAddress<T>(ref T reasons, string label) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(label, false, "is no address; a pod's is written with dashes, as 10-0-1-10");
    }

    public static void PodAddress<T>(ref T reasons, IPAddress address, ResourceKey? owner) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(address.ToString(), true, owner is null ? "stands in the name; nothing here has it, and nobody looks (pods insecure)" : $"stands in the name; {owner} has it");
    }

    public static void External<T>(ref T reasons, ClusterService service, bool leads) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        reasons.Add(service.ToString(), leads, leads ? $"is the ExternalName {service.External}"
            : service.External is null ? "is an ExternalName that is written as an address, for which there is no record" : "is an ExternalName, which has neither endpoints nor ports");
    }

    public static void VirtualIP<T>(ref T reasons, ClusterService service, ClusterName asked, bool found) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        var ports = string.Join(", ", service.Ports.Select(p => p.Name.Length == 0 ? $"an unnamed one ({p.Protocol})" : $"{p.Name} ({p.Protocol})"));
        reasons.Add(service.ToString(), found, found ? $"has the virtual IP {service.Address?.Declared}, here {service.Address?.Bound}"
            : $"has no port {asked.Port} ({asked.Protocol}), only {ports}");
    }

    public static void Endpoints<T>(ref T reasons, ClusterService service, ClusterName asked) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        reasons.Add(service.ToString(), true, service.Kind == ClusterServiceKind.Headless ? "is headless: its ready endpoints are answered" : $"is asked for its endpoint {asked.Endpoint}");
    }

    public static void Endpoint<T>(ref T reasons, ServiceEndpoint endpoint, string label, bool named, bool fits) where T : struct, IReasonSink
    {
        if (!T.Wanted) return;
        var port = endpoint.Declared.Port == 0 ? endpoint.Declared.Address.ToString() : endpoint.Declared.ToString();
        reasons.Add($"endpoint {label} {port}", fits && endpoint.Ready,
            !named ? "has another name" : !fits ? $"is of port '{endpoint.PortName}'" : endpoint.Ready ? $"is ready, here {endpoint.Bound.Address}" : $"is not ready: {endpoint.Message}");
    }

    public static void Loop<T>(ref T reasons, DomainName name, DomainName next) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add($"{name} CNAME", false, $"leads to {next}, in a circle or through too many names");
    }

    public static void HasAddress<T>(ref T reasons, ClusterService service, IPAddress address) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(service.ToString(), true, $"has the virtual IP {service.Address!.Declared}{(address.Equals(service.Address.Declared) ? "" : $", here {address}")}");
    }

    public static void NobodyHas<T>(ref T reasons, IPAddress address) where T : struct, IReasonSink
    {
        if (T.Wanted) reasons.Add(address.ToString(), false, "no Service has it as its virtual IP, and no ready endpoint has it");
    }
}
