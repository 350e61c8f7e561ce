using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Usher.Control;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using YamlDotNet.Serialization;

namespace Usher.Dashboard.Stations;

/// <summary>Which objects a station is configured by, and how they read.</summary>
public static class StationObjects
{
    private static readonly FrozenDictionary<string, Hop> Kinds = new Dictionary<Hop, string[]>
    {
        [Hop.Dns] = ["HostedZone", "RecordSet"],
        [Hop.Tls] = ["Certificate"],
        [Hop.LoadBalancer] = ["LoadBalancer", "Listener", "Rule", "TargetGroup", "TargetGroupBinding", "IngressClassParams"],
        [Hop.Node] = ["Node"],
        [Hop.Ingress] = ["Ingress", "IngressClass", "GatewayClass", "Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "ReferenceGrant", "BackendTLSPolicy"],
        [Hop.Service] = ["Service", "EndpointSlice", "Endpoints"],
        [Hop.Pod] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod", "ConfigMap", "Secret"],
    }.SelectMany(pair => pair.Value, (pair, kind) => KeyValuePair.Create(kind, pair.Key)).ToFrozenDictionary();

    private static readonly ISerializer Yaml = new SerializerBuilder().Build();

    /// <summary>A station's objects, what people wrote first, then by kind, namespace and name.</summary>
    public static IReadOnlyList<Resource> Of(Generation generation, Hop hop)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return [.. generation.State.Resources.Where(r => Kinds.TryGetValue(r.Key.Kind, out var of) && of == hop)
            .OrderBy(r => r.Origin.IsDerived).ThenBy(r => r.Key.Kind, StringComparer.Ordinal).ThenBy(r => r.Key, ResourceKey.ByName)];
    }

    /// <summary>An object as YAML. What a Secret holds is not shown.</summary>
    public static string Text(Resource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var node = JsonNode.Parse(ObjectText.Of(resource.Value));
        if (resource.Value is V1Secret && node is JsonObject secret) SecretText.Hide(secret);
        return Yaml.Serialize(Plain(node) ?? "");
    }

    // Nothing that isn't there: records that mirror AWS's shapes have nulls.
    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Where(p => p.Value is not null and not JsonArray { Count: 0 } and not JsonObject { Count: 0 }).ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Key), p => Plain(p.Value)),
        JsonArray items => items.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value => value.ToString(),
        _ => null,
    };
}
