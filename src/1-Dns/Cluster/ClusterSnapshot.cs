using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>What the cluster's DNS answers for a Service.</summary>
internal enum ClusterServiceKind
{
    /// <summary>Its virtual IP.</summary>
    ClusterIP,

    /// <summary>The addresses of its endpoints.</summary>
    Headless,

    /// <summary>Another name.</summary>
    ExternalName,
}

/// <summary>A port of a Service.</summary>
/// <param name="Name">Its name; empty for a single unnamed one.</param>
/// <param name="Protocol">In lower case: <c>tcp</c>, <c>udp</c>, <c>sctp</c>.</param>
/// <param name="Declared">Its number.</param>
/// <param name="Bound">The number that it has on this machine.</param>
internal sealed record ClusterPort(string Name, string Protocol, int Declared, int Bound);

/// <summary>A Service as the cluster's DNS knows it; its endpoints are living state.</summary>
/// <param name="Key">The Service.</param>
/// <param name="Kind">What is answered.</param>
/// <param name="Ports">Its ports.</param>
internal sealed record ClusterService(ResourceKey Key, ClusterServiceKind Kind, ImmutableArray<ClusterPort> Ports)
{
    /// <summary>Its virtual IP; null without one.</summary>
    public RoadAddress? Address { get; init; }

    /// <summary>The name that an ExternalName leads to; null for another kind, and for one that is written as an address, which CoreDNS has no answer for.</summary>
    public DomainName? External { get; init; }

    /// <summary><c>Service shop/users</c>.</summary>
    public override string ToString() => Key.ToString();
}

/// <summary>The cluster as its DNS sees it. Immutable.</summary>
internal sealed class ClusterSnapshot
{
    private readonly FrozenDictionary<(string Namespace, string Name), ClusterService> services;
    private readonly FrozenDictionary<IPAddress, ClusterService> byAddress;
    private readonly FrozenSet<string> namespaces;

    /// <param name="namespaces">Every namespace.</param>
    /// <param name="services">Every Service.</param>
    /// <param name="addresses">Who has which address.</param>
    /// <param name="server">Who has the address of the server; null where there is no cluster.</param>
    public ClusterSnapshot(IEnumerable<string> namespaces, IReadOnlyCollection<ClusterService> services, AddressPlan addresses, ResourceKey? server)
    {
        this.namespaces = namespaces.ToFrozenSet(StringComparer.Ordinal);
        this.services = services.ToFrozenDictionary(s => (s.Key.Namespace, s.Key.Name));
        byAddress = services.Where(s => s.Address is not null)
            .SelectMany(s => new[] { s.Address!.Declared, s.Address.Bound }.Distinct(), (service, address) => (address, service))
            .GroupBy(p => p.address).ToFrozenDictionary(g => g.Key, g => g.First().service);
        Addresses = addresses;
        Server = server;
    }

    /// <summary>No cluster.</summary>
    public static ClusterSnapshot Empty { get; } = new([], [], AddressPlan.Empty, null);

    /// <summary>Who has which address.</summary>
    public AddressPlan Addresses { get; }

    /// <summary>Who has the address of the server; null where there is no cluster.</summary>
    public ResourceKey? Server { get; }

    /// <summary>Whether a namespace is there.</summary>
    public bool HasNamespace(string ns) => namespaces.Contains(ns);

    /// <summary>The Service of this name, or null.</summary>
    public ClusterService? Find(string ns, string name) => services.GetValueOrDefault((ns, name));

    /// <summary>The Service of this key, or null.</summary>
    public ClusterService? Find(ResourceKey key) => Find(key.Namespace, key.Name);

    /// <summary>The Service that has a virtual IP, declared or bound; null when none has.</summary>
    public ClusterService? At(IPAddress address) => byAddress.GetValueOrDefault(address);

    /// <summary>The Services of a namespace, in order.</summary>
    public IEnumerable<ClusterService> In(string ns) => services.Values.Where(s => s.Key.Namespace == ns).OrderBy(s => s.Key.Name, StringComparer.Ordinal);
}
