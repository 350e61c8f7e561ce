using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>
/// The names that the AWS Load Balancer Controller gives what it makes: <c>k8s-NAMESPACE-NAME-HASH</c>, each part cut to 8 and the hash to 10 characters; a group's <c>k8s-GROUP-HASH</c>, cut to 17.
/// The hash is SHA-256 over the same parts in the same order. A Service's UID is among them, which only a cluster gives: here its namespace and name stand for it. The cluster's name is <see cref="Cluster"/>.
/// </summary>
internal static class ControllerNames
{
    /// <summary>The name of the cluster, which the controller takes as an argument.</summary>
    internal const string Cluster = "usher";

    /// <summary>The API group of load balancers and of what they have.</summary>
    internal const string Kinds = "elbv2.services.k8s.aws";

    private const int MaxLoadBalancer = 32;
    private const string Front = "-nlb";

    internal static string LoadBalancer(IngressGroup group, string scheme)
    {
        var hash = Hash(Cluster, group.Id, scheme);
        if (group.Name is { } name) return $"k8s-{Cut(name, 17)}-{hash}";
        var ingress = group.Members[0].Ingress.Key;
        return $"k8s-{Cut(ingress.Namespace, 8)}-{Cut(ingress.Name, 8)}-{hash}";
    }

    internal static string TargetGroup(IngressGroup group, ResourceKey ingress, ResourceKey service, string port, int targetPort, string type, string protocol, string version) =>
        $"k8s-{Cut(service.Namespace, 8)}-{Cut(service.Name, 8)}-"
        + Hash(Cluster, group.Id, ingress.Namespace, ingress.Name, service.Short, port, targetPort.ToString(CultureInfo.InvariantCulture), type, protocol, version);

    /// <summary>The name of the Network Load Balancer in front of another: that one's, cut so that <c>-nlb</c> fits.</summary>
    internal static string FrontendOf(string name) => $"{name[..Math.Min(MaxLoadBalancer - Front.Length, name.Length)]}{Front}";

    /// <summary>The name of a target group of it.</summary>
    internal static string FrontendTargetGroup(IngressGroup group, int port, Model.Aws.HealthCheck check)
    {
        var hash = Hash(Cluster, group.Id, port.ToString(CultureInfo.InvariantCulture), "alb", "TCP", check.Port, check.Protocol);
        if (group.Name is { } name) return $"k8s-{Cut(name, 17)}-{hash}";
        var ingress = group.Members[0].Ingress.Key;
        return $"k8s-{Cut(ingress.Namespace, 8)}-{Cut(ingress.Name, 8)}-{hash}";
    }

    /// <summary>The name of a Service's load balancer.</summary>
    internal static string LoadBalancer(ResourceKey service, string scheme) =>
        $"k8s-{Cut(service.Namespace, 8)}-{Cut(service.Name, 8)}-{Hash(Cluster, service.Short, scheme)}";

    /// <summary>What is wrong with a load balancer's name that somebody wrote (ELBv2 API, CreateLoadBalancer, Name); null when nothing is.</summary>
    internal static string? Problem(string name) =>
        name.Length is 0 or > MaxLoadBalancer || name[0] == '-' || name[^1] == '-' || name.StartsWith("internal-", StringComparison.Ordinal) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? $"found '{name}'; at most {MaxLoadBalancer} letters, digits and hyphens are wanted, not starting with internal- or a hyphen, nor ending with one"
            : null;

    /// <summary>The name of a target group of a Service's load balancer.</summary>
    internal static string TargetGroup(ResourceKey service, int targetPort, int port, string type, string protocol, Model.Aws.HealthCheck check) =>
        $"k8s-{Cut(service.Namespace, 8)}-{Cut(service.Name, 8)}-"
        + Hash(
            Cluster, service.Short, targetPort.ToString(CultureInfo.InvariantCulture), port.ToString(CultureInfo.InvariantCulture), type, protocol, check.Protocol,
            check.IntervalSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>Letters and digits alone, cut to a length.</summary>
    private static string Cut(string name, int length)
    {
        var bare = string.Concat(name.Where(char.IsAsciiLetterOrDigit));
        return bare[..Math.Min(length, bare.Length)];
    }

    private static string Hash(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts))))[..10];
}
