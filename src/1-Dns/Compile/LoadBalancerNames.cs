using System.Collections.Immutable;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>The load balancers' own names, which AWS keeps in a zone of its own for each region, and the addresses of their nodes, one in each zone.</summary>
internal sealed class LoadBalancerNames
{
    // The console writes this in front of a target's name; the name is served with and without.
    private const string DualStack = "dualstack";

    private readonly Dictionary<DomainName, (ResourceKey Key, ImmutableArray<IPAddress> Addresses)> balancers = [];
    private readonly HashSet<DomainName> network = [];

    // Only record sets among several ask for it.
    private readonly Lazy<Dictionary<ResourceKey, ImmutableArray<string>>> targetGroups;

    public LoadBalancerNames(CompileContext context)
    {
        targetGroups = new(() => TargetGroups(context.State));
        Region = context.Scope.Region;
        foreach (var balancer in context.State.All<LoadBalancer>())
        {
            if (DomainName.Parse(balancer.Value.DnsName, out _) is not { } name) continue;
            var addresses = LoadBalancerNode.Of(balancer).Select(n => context.Addresses.Find(n.Owner)?.Bound).OfType<IPAddress>().ToImmutableArray();
            if (addresses.Length > 0) balancers.TryAdd(name, (balancer.Key, addresses));
            if (balancer.Value.IsNetwork) network.Add(name);
        }
    }

    /// <summary>The canonical hosted zone of load balancers of this one's type in this region, and what they are called; null when it isn't listed.</summary>
    public (string? Id, string Of) ZoneOf(DomainName name) => network.Contains(IsDualStack(name) ? name.Parent : name)
        ? (AwsNames.NetworkLoadBalancerZoneId(Region), "Network Load Balancers")
        : (AwsNames.LoadBalancerZoneId(Region), "Application Load Balancers");

    /// <summary>The region.</summary>
    public string Region { get; }

    /// <summary>Every name, in words.</summary>
    public string All => balancers.Count == 0 ? "there is no load balancer here" : $"the load balancers here are {string.Join(", ", balancers.Keys.Select(n => n.ToString()).Order(StringComparer.Ordinal))}";

    /// <summary>The A record set of a load balancer's name, with or without <c>dualstack.</c> in front; null when it is none.</summary>
    public CompiledSet? Find(DomainName name) =>
        balancers.TryGetValue(IsDualStack(name) ? name.Parent : name, out var balancer) ? Set(balancer.Key, balancer.Addresses) : null;

    /// <summary>What has to be healthy for this name's load balancer to be: every target group that its rules forward to.</summary>
    public HealthRule? HealthOf(DomainName name) =>
        balancers.TryGetValue(IsDualStack(name) ? name.Parent : name, out var balancer) ? new BalancerRule(balancer.Key, targetGroups.Value.GetValueOrDefault(balancer.Key, []), balancer.Addresses.Length) : null;

    private static Dictionary<ResourceKey, ImmutableArray<string>> TargetGroups(DesiredState state)
    {
        // Two of one ARN are the load balancer's error.
        var names = state.All<TargetGroup>().DistinctBy(g => g.Value.TargetGroupArn).ToDictionary(g => g.Value.TargetGroupArn, g => g.Value.Name);
        var listeners = state.All<Listener>().ToLookup(l => l.Value.LoadBalancerArn, l => l.Value.ListenerArn);
        var actions = state.All<Listener>().SelectMany(l => l.Value.DefaultActions, (l, action) => (l.Value.ListenerArn, action))
            .Concat(state.All<ListenerRule>().SelectMany(r => r.Value.Actions, (r, action) => (r.Value.ListenerArn, action)))
            .ToLookup(p => p.ListenerArn, p => p.action);
        return state.All<LoadBalancer>().ToDictionary(b => b.Key, b => listeners[b.Value.LoadBalancerArn]
            .SelectMany(arn => actions[arn]).SelectMany(a => a.TargetGroups).Select(t => names.GetValueOrDefault(t.TargetGroupArn)).OfType<string>()
            .Distinct().Order(StringComparer.Ordinal).ToImmutableArray());
    }

    /// <summary>The zones that these names are in, such as <c>us-east-1.elb.amazonaws.com</c>.</summary>
    public IEnumerable<Zone> Zones() =>
        from pair in balancers
        group pair by pair.Key.Parent into zone
        let id = ZoneOf(zone.First().Key).Id ?? zone.Key.ToString()
        select ZoneTree.Build(
            zone.Key, id, zone.SelectMany(pair => Both(pair.Key).Select(name => (name, Set(pair.Value.Key, pair.Value.Addresses)))),
            AwsDefaults.NameServers(id), AwsDefaults.LoadBalancersSoa(id), ofLoadBalancers: true);

    /// <summary>Whether it is the name that the console writes, <c>dualstack.</c> and a load balancer's.</summary>
    public static bool IsDualStack(DomainName name) => name.ToString().StartsWith($"{DualStack}.", StringComparison.Ordinal);

    private static CompiledSet Set(ResourceKey key, ImmutableArray<IPAddress> addresses) =>
        new(RecordType.A, AwsDefaults.LoadBalancerTtl, [.. addresses.Select(a => new Rdata(a.GetAddressBytes(), a.ToString()))])
        {
            Key = key, Balancer = addresses.Length > 1 ? key : null,
        };

    private static ImmutableArray<DomainName> Both(DomainName name) => [name, DomainName.Of($"{DualStack}.{name}")];
}
