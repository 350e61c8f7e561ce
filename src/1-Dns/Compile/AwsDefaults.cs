using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Usher.Dns;

/// <summary>
/// What AWS puts into every zone by itself: four name servers and the start of authority (Route 53 developer guide, "NS and SOA records that Amazon
/// Route 53 creates for a public hosted zone"). The servers' numbers are a pure function of the zone's id.
/// </summary>
internal static class AwsDefaults
{
    /// <summary>How long an alias of a load balancer may be kept, in seconds ("Choosing between alias and non-alias records").</summary>
    public const uint LoadBalancerTtl = 60;

    private const uint NameServersTtl = 172800;
    private const uint SoaTtl = 900;

    // Of 2,048 servers, each top-level domain has 512 in 64 groups of eight, as the names themselves show.
    private const int ServersEach = 512;
    private const int Group = 8;

    private static readonly string[] TopLevels = ["com", "net", "org", "co.uk"];

    /// <summary>The zone's four name servers, <c>ns-343.awsdns-42.com</c> and so on.</summary>
    public static IReadOnlyList<string> NameServersOf(string zoneId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"nameservers/{zoneId}"));
        return [.. TopLevels.Select((top, i) =>
        {
            var number = BitConverter.ToUInt16(hash, i * 2) % ServersEach;
            return string.Create(CultureInfo.InvariantCulture, $"ns-{number + i * ServersEach}.awsdns-{number / Group:00}.{top}");
        })];
    }

    // Every private hosted zone has these ("Working with private hosted zones"), and the last one in its SOA.
    private static readonly string[] PrivateServers = ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"];

    /// <summary>The NS record set of a private zone that has written none.</summary>
    public static CompiledSet PrivateNameServers { get; } = new(RecordType.NS, NameServersTtl, [.. PrivateServers.Select(s => Value(RecordType.NS, s))]);

    /// <summary>The SOA of a private zone that has written none.</summary>
    public static CompiledSet PrivateSoa { get; } = SoaBy(PrivateServers[^1], SoaTtl, 86400);

    /// <summary>The NS record set of a zone that has written none.</summary>
    public static CompiledSet NameServers(string zoneId) =>
        new(RecordType.NS, NameServersTtl, [.. NameServersOf(zoneId).Select(s => Value(RecordType.NS, s))]);

    /// <summary>The SOA of a zone that has written none.</summary>
    public static CompiledSet Soa(string zoneId) => Soa(zoneId, SoaTtl, 86400);

    /// <summary>The SOA of AWS's zone for load balancers' names, where nothing is kept longer than a minute.</summary>
    public static CompiledSet LoadBalancersSoa(string zoneId) => Soa(zoneId, LoadBalancerTtl, LoadBalancerTtl);

    private static CompiledSet Soa(string zoneId, uint ttl, uint minimum) => SoaBy(NameServersOf(zoneId)[0], ttl, minimum);

    private static CompiledSet SoaBy(string server, uint ttl, uint minimum) =>
        new(RecordType.SOA, ttl, [Value(RecordType.SOA, string.Create(CultureInfo.InvariantCulture, $"{server}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 {minimum}"))]);

    private static Rdata Value(RecordType type, string text) => RecordValue.Parse(type, text, out var problem) ?? throw new FormatException(problem);
}
