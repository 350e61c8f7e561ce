using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>
/// The objects that a Gateway's controller makes for it: a Deployment of its own and a Service of type LoadBalancer in its namespace, named after Gateway and class and labelled with the Gateway's name
/// (GEP-1762, In Cluster Gateway Deployments).
/// </summary>
internal static class GatewayObjects
{
    /// <summary>The image that Usher serves itself.</summary>
    internal const string Image = "usher/gateway";

    /// <summary>The port on which the pods answer their probe.</summary>
    internal const int HealthPort = 10254;

    /// <summary>Says which Gateway an object is for.</summary>
    internal const string GatewayLabel = "gateway.networking.k8s.io/gateway-name";

    private const string ClassLabel = "gateway.networking.k8s.io/gateway-class-name";

    /// <summary>How many pods a Gateway has.</summary>
    private const int Pods = 2;

    /// <summary>The longest name of a Service (RFC 1035 label).</summary>
    private const int MaxNameLength = 63;

    private const int HashLength = 8;

    /// <summary>
    /// The name of a Gateway's Deployment and Service: <c>NAME-CLASS</c>. One that is longer than a Service's may be is cut, and ends in 8 digits of the whole name's hash, as NGINX Gateway Fabric has it; so does one with dots, which
    /// no Service's name has.
    /// </summary>
    internal static string NameOf(Resource<Gateway> gateway)
    {
        var full = $"{gateway.Key.Name}-{gateway.Value.Spec.GatewayClassName}";
        if (full.Length <= MaxNameLength && !full.Contains('.', StringComparison.Ordinal)) return full;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)))[..HashLength];
        var kept = full.Replace('.', '-');
        return $"{kept[..Math.Min(kept.Length, MaxNameLength - HashLength - 1)].TrimEnd('-')}-{hash}";
    }

    /// <summary>The Service that was made for a Gateway; null where somebody else's object has its name.</summary>
    internal static Resource<V1Service>? ServiceOf(DesiredState state, Resource<Gateway> gateway) =>
        state.Find<V1Service>(gateway.Key.Namespace, NameOf(gateway)) is { } service && service.Value.Metadata.Labels is { } labels && labels.TryGetValue(GatewayLabel, out var of) && of == gateway.Key.Name ? service : null;

    /// <summary>Every pod of a Gateway, with the Gateway.</summary>
    internal static IEnumerable<(Resource<V1Pod> Pod, ResourceKey Gateway)> PodsOf(DesiredState state) => state.All<V1Pod>()
        .Where(p => p.Value.Spec?.Containers?.Any(c => c.Image == Image) == true && p.Value.Metadata.Labels?.ContainsKey(GatewayLabel) == true)
        .Select(p => (p, new ResourceKey(GatewayApi.Group, "Gateway", p.Key.Namespace, p.Value.Metadata.Labels[GatewayLabel])));

    /// <summary>The Deployment.</summary>
    internal static V1Deployment Deployment(Resource<Gateway> gateway)
    {
        var labels = Selector(gateway);
        return new V1Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = Metadata(gateway),
            Spec = new V1DeploymentSpec
            {
                Replicas = Pods,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = Labels(gateway), Annotations = Annotations(gateway) },
                    Spec = new V1PodSpec
                    {
                        Containers =
                        [
                            new V1Container
                            {
                                Name = "gateway",
                                Image = Image,
                                ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/healthz", Port = HealthPort }, PeriodSeconds = 1 },
                            },
                        ],
                    },
                },
            },
        };
    }

    /// <summary>The Service, with a port for each that a listener has. The pods listen at the same ports, but where two would be one place here: then the Service says where.</summary>
    internal static V1Service Service(Resource<Gateway> gateway, IEnumerable<GatewayListener> listeners, LoopbackRange range)
    {
        var ports = listeners.Select(l => (l.Port, Protocol: l.Protocol.Equals("UDP", StringComparison.OrdinalIgnoreCase) ? "UDP" : "TCP")).Distinct().OrderBy(p => p.Port).ThenBy(p => p.Protocol, StringComparer.Ordinal).ToList();
        var moved = MovedPorts.Of(ports.Select(p => p.Port), range, HealthPort);
        return new V1Service
        {
            ApiVersion = "v1",
            Kind = "Service",
            Metadata = Metadata(gateway),
            Spec = new V1ServiceSpec
            {
                Type = "LoadBalancer",
                Selector = Selector(gateway),
                ClusterIP = gateway.Value.Spec.Addresses.FirstOrDefault(a => a.Type == "IPAddress" && !string.IsNullOrEmpty(a.Value))?.Value,
                Ports = [.. ports.Select(p => new V1ServicePort { Name = string.Create(CultureInfo.InvariantCulture, $"{p.Protocol.ToLowerInvariant()}-{p.Port}"), Port = p.Port, TargetPort = moved.Find(p.Port) ?? p.Port, Protocol = p.Protocol })],
            },
        };
    }

    /// <summary>The port of a Gateway's pods behind one of its Service.</summary>
    internal static int PodPort(DesiredState state, Resource<Gateway> gateway, int port, bool udp) =>
        ServiceOf(state, gateway)?.Value.Spec.Ports.FirstOrDefault(p => p.Port == port && (p.Protocol == "UDP") == udp)?.TargetPort is { } target
            ? int.Parse(target.Value, CultureInfo.InvariantCulture) : port;

    private static V1ObjectMeta Metadata(Resource<Gateway> gateway) => new()
    {
        Name = NameOf(gateway),
        NamespaceProperty = gateway.Key.Namespace,
        Labels = Labels(gateway),
        Annotations = Annotations(gateway),
    };

    private static Dictionary<string, string> Selector(Resource<Gateway> gateway) => new() { [GatewayLabel] = gateway.Key.Name };

    private static Dictionary<string, string> Labels(Resource<Gateway> gateway) => new(gateway.Value.Spec.Infrastructure?.Labels ?? new Dictionary<string, string>())
    {
        [GatewayLabel] = gateway.Key.Name,
        [ClassLabel] = gateway.Value.Spec.GatewayClassName,
    };

    private static Dictionary<string, string>? Annotations(Resource<Gateway> gateway) =>
        gateway.Value.Spec.Infrastructure?.Annotations is { Count: > 0 } written ? new(written) : null;
}
