using System.Globalization;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>
/// Zones as text, one thing a line:
/// <code>
/// loadbalancer NAME [ZONE …]                              one without zones has one node
/// zone NAME [private|unknown|again]                       the zone of the lines below; unknown: without a HostedZone; again: with the id of the first one
/// routed ID weight N | failover PRIMARY | multivalue      the routing policy of the next line's record set; ID - for none
/// unhealthy NAME [ZONE]                                   a load balancer whose target group has no healthy target, in a zone of it alone
/// OWNER TTL TYPE VALUE | VALUE …                          @ is the zone itself, a name with a final dot is absolute, - is no TTL
/// OWNER TTL TYPE alias TARGET zone|elb|ID [blind]         TARGET as OWNER; the target's hosted zone: this one, the load balancers', or another; blind: without evaluateTargetHealth
/// </code>
/// <c>{NAME}</c> is a load balancer's DNS name.
/// </summary>
internal sealed class TestZones : ITargetHealth
{
    private HashSet<string> unhealthy;

    public TestZones(string text, ErrorList? errors = null)
    {
        Errors = errors ?? new ErrorList();
        var state = new DesiredState(Read(text));
        unhealthy = [.. text.Split('\n').Where(l => l.StartsWith("unhealthy ", StringComparison.Ordinal)).Select(l => l[10..].Trim())];
        var addresses = AddressPlan.Empty.Next(state.All<LoadBalancer>().SelectMany(LoadBalancerNode.Of).Select(n => new AddressClaim(n.Owner, AddressBlock.LoadBalancer, null)));
        Generation = new Generation(1, state, addresses, [new DnsCompiler().Compile(new CompileContext(state, addresses, AwsScope.Default, Errors))]);
    }

    public ErrorList Errors { get; }

    public Generation Generation { get; }

    public DnsSnapshot Snapshot => Generation.Get<DnsSnapshot>();

    public static TestZones Valid(string text)
    {
        var zones = new TestZones(text);
        Assert.Empty(zones.Errors.All);
        return zones;
    }

    public DnsDecision Ask(string name, RecordType type, ulong draw = 0) =>
        new(Snapshot, new DnsQuestion(DomainName.Of(name), type), new Draw(draw), null, null, Snapshot.ReadHealth(this, Generation));

    public IReadOnlyList<TargetHealthReport> All(Generation generation) =>
        [.. generation.State.All<TargetGroup>().Select(g => new TargetHealthReport(g.Value.Name, "i-1:80", unhealthy.Contains(g.Value.Name) ? "unhealthy" : "healthy", null, null, 0))];

    public IReadOnlyList<ListenerReport> Listeners(Generation generation) => [];

    public IReadOnlyList<FailedZone> FailedZones(Generation generation, ResourceKey loadBalancer) =>
    [
        .. LoadBalancerNode.Of(generation.State.All<LoadBalancer>().Single(b => b.Key == loadBalancer))
            .Where(n => unhealthy.Contains(loadBalancer.Name) || unhealthy.Contains($"{loadBalancer.Name} {n.Zone}"))
            .Select(n => new FailedZone(n.Zone, generation.Addresses.Of(n.Owner).Bound, $"target group {loadBalancer.Name} has 0 of 2 targets healthy in {n.Zone} and wants 1 for DNS")),
    ];

    public HopAccount Tell(string name, RecordType type) => Assert.Single(Ask(name, type).Tell());

    /// <summary>Makes every load balancer healthy but these, or their zones: <c>blue</c>, <c>blue us-east-1a</c>.</summary>
    public void MakeUnhealthy(params string[] balancers) => unhealthy = [.. balancers];

    public static string DnsNameOf(string balancer) => AwsNames.LoadBalancerDnsName(AwsScope.Default, balancer, false);

    /// <summary>The objects that a text stands for.</summary>
    public static List<Resource> Read(string text)
    {
        var resources = new List<Resource>();
        var (zone, id) = ("", "");
        var number = 0;
        string[] routed = [];
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#')) continue;
            if (words[0] == "loadbalancer")
            {
                Add("LoadBalancer", words[1], new LoadBalancer
                {
                    Name = words[1], DnsName = DnsNameOf(words[1]), LoadBalancerArn = AwsNames.LoadBalancerArn(AwsScope.Default, words[1]),
                    AvailabilityZones = words[2..],
                });
                Add("TargetGroup", words[1], new TargetGroup { Name = words[1], TargetGroupArn = $"arn:{words[1]}" });
                Add("Listener", words[1], new Listener
                {
                    ListenerArn = $"arn:listener/{words[1]}", LoadBalancerArn = AwsNames.LoadBalancerArn(AwsScope.Default, words[1]), Port = 80, Protocol = "HTTP",
                    DefaultActions = [new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple($"arn:{words[1]}")] }],
                });
            }
            else if (words[0] == "routed")
            {
                routed = words;
            }
            else if (words[0] == "unhealthy")
            {
                // Told by the health, not by an object.
            }
            else if (words[0] == "zone")
            {
                zone = words[1];
                var kind = words.ElementAtOrDefault(2);
                id = kind == "again" ? ((HostedZone)resources.First(r => r.Value is HostedZone).Value).Id : AwsNames.HostedZoneId(AwsScope.Default, $"{zone}{kind}");
                if (kind != "unknown") Add("HostedZone", $"line-{number}", new HostedZone { Id = id, Name = zone, PrivateZone = kind == "private" });
            }
            else
            {
                Add("RecordSet", $"line-{number}", Routed(Set(line, words)));
                routed = [];
            }
        }

        return resources;

        void Add(string kind, string name, object value) =>
            resources.Add(new Resource(new ResourceKey("test", kind, "", name), value, new Origin("test", "zones.txt", number)));

        string Absolute(string owner)
        {
            owner = Named(owner);
            return owner == "@" ? zone : owner.EndsWith('.') ? owner[..^1] : owner.Length == 0 ? "" : $"{owner}.{zone}";
        }

        RecordSet Routed(RecordSet set) => routed.Length == 0 ? set : set with
        {
            SetIdentifier = routed[1] == "-" ? null : routed[1],
            Weight = Array.IndexOf(routed, "weight") is > 0 and var at ? long.Parse(routed[at + 1], CultureInfo.InvariantCulture) : null,
            Failover = Array.IndexOf(routed, "failover") is > 0 and var place ? routed[place + 1] : null,
            MultiValueAnswer = routed.Contains("multivalue"),
        };

        RecordSet Set(string line, string[] words)
        {
            var rest = Named(line[(line.IndexOf($" {words[2]} ", StringComparison.Ordinal) + words[2].Length + 2)..].Trim());
            var alias = words[3] == "alias";
            return new RecordSet
            {
                HostedZoneId = id, Name = Absolute(words[0]), Type = words[2], Ttl = words[1] == "-" ? null : long.Parse(words[1], CultureInfo.InvariantCulture),
                ResourceRecords = alias || rest == "none" ? [] : [.. rest.Split(" | ")],
                AliasTarget = alias ? new AliasTarget(Absolute(words[4]), words[5] switch { "zone" => id, "elb" => "Z35SXDOTRQ7X7K", var other => other }, words.ElementAtOrDefault(6) != "blind") : null,
            };
        }
    }

    private static string Named(string text)
    {
        while (text.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf('}', open);
            text = $"{text[..open]}{DnsNameOf(text[(open + 1)..close])}.{text[(close + 1)..]}";
        }

        return text;
    }
}

/// <summary>A road that has this generation, and keeps the records of its name server.</summary>
internal sealed class TestRoad : IGenerationSource, IJourneyLog
{
    private readonly List<DnsRecord> records = [];

    private Generation current = Generation.None;

    public Generation Current
    {
        get => Faults-- > 0 ? throw new InvalidOperationException("a fault on purpose") : current;
        set => current = value;
    }

    /// <summary>How many times more reading the generation is to fail.</summary>
    public int Faults { get; set; }

    public IReadOnlyList<DnsRecord> Records
    {
        get
        {
            lock (records) return [.. records];
        }
    }

    public void Add(DnsRecord record)
    {
        lock (records) records.Add(record);
    }

    public void Add(HandshakeRecord record) => throw new InvalidOperationException();

    public void Add(ConnectionRecord record) => throw new InvalidOperationException();

    public void Closed(ConnectionRecord record) => throw new InvalidOperationException();

    public void Add(RequestRecord record) => throw new InvalidOperationException();
}

/// <summary>Queries as bytes.</summary>
internal static class Query
{
    public static IPEndPoint Server { get; } = new(IPAddress.Loopback, 5300);

    public static byte[] For(string name, RecordType type, int? edns = null, ushort id = 0x1234, ushort @class = 1, byte version = 0, bool dnssecOk = false)
    {
        List<byte> query = [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(edns is null ? 0 : 1)];
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            query.Add((byte)label.Length);
            query.AddRange(System.Text.Encoding.ASCII.GetBytes(label));
        }

        query.AddRange([0, (byte)((int)type >> 8), (byte)type, (byte)(@class >> 8), (byte)@class]);
        if (edns is { } size) query.AddRange([0, 0, 41, (byte)(size >> 8), (byte)size, 0, version, (byte)(dnssecOk ? 0x80 : 0), 0, 0, 0]);
        return [.. query];
    }

    public static byte[] Respond(this DnsResponder responder, byte[] query, bool tcp = false)
    {
        var buffer = new byte[tcp ? DnsResponder.MaxTcp : DnsResponder.MaxUdp];
        return buffer[..responder.Respond(query, buffer, Server, tcp, out _)];
    }
}
