using System.Reflection;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>Refuses kinds by name, and says which one may have been meant.</summary>
internal static class UnsupportedKinds
{
    /// <summary>Kinds that are met on this road and that the Kubernetes client has no model of.</summary>
    private static readonly string[] Extensions =
    [
        "XBackend", "XBackendTrafficPolicy", "XListenerSet", "XMesh",
        "ALBTargetControlConfig", "ListenerRuleConfiguration", "LoadBalancerConfiguration", "TargetGroupConfiguration",
        "CidrCollection", "DelegationSet", "HealthCheck", "QueryLoggingConfig", "DNSEndpoint", "GlobalAccelerator",
    ];

    /// <summary>
    /// Of those the ones that stand by themselves: nothing on the road refers to them, so that one is left out and the rest goes on. The others would change what the road does with objects that it has.
    /// </summary>
    private static readonly (string Group, string Kind)[] Apart = [("externaldns.k8s.io", "DNSEndpoint"), ("aga.k8s.aws", "GlobalAccelerator")];

    /// <summary>Their groups: those whose objects the road's own controllers would read.</summary>
    internal static readonly string[] ExtensionGroups = ["gateway.networking.x-k8s.io", "gateway.k8s.aws", "aga.k8s.aws", "externaldns.k8s.io"];

    private static readonly Lazy<HashSet<string>> Known = new(() =>
        [.. typeof(V1Pod).Assembly.GetTypes().Select(t => t.GetCustomAttribute<KubernetesEntityAttribute>()?.Kind).OfType<string>(), .. Extensions]);

    /// <summary>Whether an object of this kind is kept as one that isn't accepted.</summary>
    internal static bool StandsApart(string apiVersion, string kind) =>
        apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && Apart.Contains((apiVersion[..slash], kind));

    /// <summary>The kinds that are supported, for people.</summary>
    internal static string Supported => $"supported are {string.Join(", ", ManifestKind.All.Where(k => !k.HasNoEffect).Select(k => k.Name).Distinct())}";

    /// <summary>The field to blame and the message.</summary>
    /// <param name="apiVersion">As written.</param>
    /// <param name="kind">As written.</param>
    /// <param name="sayOnce">Makes the ending of a message that lists the supported kinds.</param>
    internal static (string Field, string Message) Refuse(string apiVersion, string kind, Func<string, string> sayOnce)
    {
        if (ManifestKind.All.FirstOrDefault(k => k.Name == kind) is { } same)
        {
            return ("apiVersion", $"found {apiVersion}; {kind} is supported as {same.ApiVersion}");
        }

        if (Known.Value.Contains(kind)) return ("kind", $"{kind} ({apiVersion}) isn't supported yet{sayOnce(Supported)}");
        return NearestWord.Of(kind, ManifestKind.All.Select(k => k.Name)) is { } near
            ? ("kind", $"{kind} ({apiVersion}) isn't known; did you mean {near} ({ManifestKind.All.First(k => k.Name == near).ApiVersion})?")
            : ("kind", $"{kind} ({apiVersion}) isn't known{sayOnce(Supported)}");
    }
}
