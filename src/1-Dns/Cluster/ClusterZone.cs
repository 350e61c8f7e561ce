using System.Net;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// What is fixed about the cluster's DNS: its names, and where it is. As on EKS: CoreDNS behind the Service <c>kube-system/kube-dns</c> at the tenth address of the Services' range, with
/// <c>kubernetes cluster.local in-addr.arpa ip6.arpa { pods insecure; fallthrough in-addr.arpa ip6.arpa }</c> and no <c>ttl</c> of its own.
/// </summary>
internal static class ClusterZone
{
    /// <summary>The plugin's default TTL, in seconds; kubeadm's Corefile sets 30, that of EKS sets none.</summary>
    public const uint Ttl = 5;

    /// <summary>The TTL of the schema's version, in seconds.</summary>
    public const uint VersionTtl = 28800;

    /// <summary>The version of the DNS-based service discovery specification that CoreDNS follows.</summary>
    public const string Version = "1.1.0";

    /// <summary>The DNS port, as declared.</summary>
    public const int Port = 53;

    private const int Tenth = 9;

    // A manifest may bring a Service of this name; the server then stands beside it.
    private static readonly ResourceKey Service = new("", "Service", "kube-system", "kube-dns");
    private static readonly ResourceKey Beside = new("usher", "ClusterDns", "kube-system", "kube-dns");

    /// <summary><c>cluster.local</c>.</summary>
    public static DomainName Name { get; } = DomainName.Of("cluster.local");

    /// <summary><c>in-addr.arpa</c>.</summary>
    public static DomainName Reverse { get; } = DomainName.Of("in-addr.arpa");

    /// <summary>The name that holds the schema's version.</summary>
    public static DomainName VersionName { get; } = DomainName.Of("dns-version.cluster.local");

    /// <summary>The server's own name, which the zone's SOA has.</summary>
    public static DomainName ServerName { get; } = DomainName.Of("ns.dns.cluster.local");

    /// <summary><c>10.100.0.10</c>, the tenth address of 10.100.0.0/16, from which virtual IPs are given as EKS gives them.</summary>
    public static IPAddress Declared { get; } = new([10, 100, 0, 10]);

    /// <summary>Who has the server's address: the Service, or, where a manifest has brought that, the server by itself; null for a road without a cluster.</summary>
    public static ResourceKey? OwnerIn(DesiredState state) =>
        !state.All<V1Service>().Any() && !state.All<V1Pod>().Any() && !state.All<V1Node>().Any() ? null
        : state.Find(Service) is null ? Service : Beside;

    /// <summary>Whether the server stands for the Service itself.</summary>
    public static bool IsService(ResourceKey owner) => owner == Service;

    /// <summary>The bound address that it prefers: the tenth of its block, as its declared one is of the range.</summary>
    public static IPAddress Preferred(LoopbackRange range) => range.Addresses(AddressBlock.Service).ElementAt(Tenth);

    /// <summary>The name of a Service.</summary>
    public static DomainName NameOf(ResourceKey service) => DomainName.Of($"{service.Name}.{service.Namespace}.svc.{Name}");
}
