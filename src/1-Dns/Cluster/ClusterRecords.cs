using System.Buffers.Binary;
using System.Net;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The records that the cluster's DNS makes up.</summary>
internal static class ClusterRecords
{
    /// <summary>The SOA under an answer that there is nothing, and of the zone itself. CoreDNS writes the time of the last change as serial; here it is always 1.</summary>
    public static CompiledSet Soa { get; } = new(RecordType.SOA, ClusterZone.Ttl, [Value(RecordType.SOA, $"{ClusterZone.ServerName} hostmaster.{ClusterZone.Name} 1 7200 1800 86400 {ClusterZone.Ttl}")]);

    /// <summary>The schema's version.</summary>
    public static CompiledSet Version { get; } = new(RecordType.TXT, ClusterZone.VersionTtl, [Value(RecordType.TXT, $"\"{ClusterZone.Version}\"")]);

    /// <summary>Addresses of one family, each once.</summary>
    public static CompiledSet? Addresses(RecordType type, IEnumerable<ClusterHost> hosts)
    {
        var wanted = type == RecordType.A ? System.Net.Sockets.AddressFamily.InterNetwork : System.Net.Sockets.AddressFamily.InterNetworkV6;
        var found = hosts.Where(h => h.Address?.AddressFamily == wanted).DistinctBy(h => h.Address).ToList();
        return found.Count == 0 ? null : new CompiledSet(type, ClusterZone.Ttl, [.. found.Select(h => Address(h.Address!))]) { Key = found[0].Service?.Key };
    }

    /// <summary>One address.</summary>
    public static CompiledSet Address(RoadAddress address) => new(RecordType.A, ClusterZone.Ttl, [Address(address.Bound)]);

    /// <summary>Another name.</summary>
    public static CompiledSet Cname(ClusterHost host) => Name(RecordType.CNAME, host.Service?.Key, [host.External!]);

    /// <summary>Names of an address, or of the zone's server.</summary>
    public static CompiledSet Name(RecordType type, ResourceKey? key, IEnumerable<DomainName> names) =>
        new(type, ClusterZone.Ttl, [.. names.Distinct().Select(n => Value(type, RecordValue.Absolute(n)))]) { Key = key };

    /// <summary>Ports, each target once; priority 0, weights that share 100 as CoreDNS shares them. Null when no host has a port.</summary>
    public static CompiledSet? Ports(IReadOnlyList<ClusterHost> hosts)
    {
        var weight = (ushort)Math.Max(1, 100 / hosts.Count);
        // Another name has no port of its own.
        var found = hosts.Where(h => h.Port is not null || h.External is not null).Select(h => (h.Target, Port: h.Port ?? 0)).Distinct().ToList();
        return found.Count == 0 ? null : new CompiledSet(RecordType.SRV, ClusterZone.Ttl, [.. found.Select(f => Port(weight, (ushort)f.Port, f.Target))]) { Key = hosts[0].Service?.Key };
    }

    private static Rdata Address(IPAddress address) => new(address.GetAddressBytes(), address.ToString());

    private static Rdata Port(ushort weight, ushort port, DomainName target)
    {
        var bytes = new byte[6 + target.Wire.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), port);
        target.Wire.CopyTo(bytes.AsSpan(6));
        return new Rdata(bytes, $"0 {weight} {port} {RecordValue.Absolute(target)}") { Target = target };
    }

    private static Rdata Value(RecordType type, string text) => RecordValue.Parse(type, text, out var problem) ?? throw new FormatException(problem);
}
