using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The targets of a group of target type <c>alb</c>: an Application Load Balancer, by its node in each zone, at a port where it has a listener: the one that it is registered with, else the group's (NLB user guide, Application
/// Load Balancers as targets; ELBv2 API, TargetDescription).
/// </summary>
internal sealed class AlbTargets(CompileContext context)
{
    /// <summary>The same Application Load Balancer may be the target of two Network Load Balancers, each of which may have it in a group for each of its ports.</summary>
    private const int MostBalancers = 2;

    private readonly Lazy<Dictionary<string, Resource<Model.Aws.LoadBalancer>>> byArn = new(() => context.State.All<Model.Aws.LoadBalancer>().DistinctBy(b => b.Value.LoadBalancerArn).ToDictionary(b => b.Value.LoadBalancerArn, StringComparer.Ordinal));

    private readonly Lazy<ILookup<string, Listener>> listeners = new(() => context.State.All<Listener>().ToLookup(l => l.Value.LoadBalancerArn, l => l.Value, StringComparer.Ordinal));

    private readonly Dictionary<string, List<(string By, ResourceKey Group)>> users = new(StringComparer.Ordinal);

    private readonly Lazy<ILookup<string, string>> balancers = new(() => context.State.All<Listener>()
        .SelectMany(l => l.Value.DefaultActions.SelectMany(a => a.TargetGroups), (l, t) => (t.TargetGroupArn, l.Value.LoadBalancerArn)).ToLookup(u => u.TargetGroupArn, u => u.LoadBalancerArn, StringComparer.Ordinal));

    /// <summary>Whether a group has such targets.</summary>
    internal static bool IsOf(TargetGroup group) => group.TargetType == "alb";

    /// <summary>The nodes of the load balancer that is registered; none after an error.</summary>
    internal IEnumerable<TargetPlan> Of(Resource<TargetGroup> group)
    {
        Refuse(group, "preserve_client_ip.enabled", "false", "the client's address is always preserved for a target type of alb");
        Refuse(group, "proxy_protocol_v2.enabled", "true", "an Application Load Balancer reads no PROXY header");
        return group.Value.Targets.SelectMany((target, index) => Nodes(group, target, $"spec.targets[{index}].id"));
    }

    private IEnumerable<TargetPlan> Nodes(Resource<TargetGroup> group, TargetDescription target, string field)
    {
        var (arn, port) = (target.Id, target.Port ?? group.Value.Port);
        if (byArn.Value.GetValueOrDefault(arn) is not { } balancer || balancer.Value.IsNetwork)
        {
            var known = context.State.All<Model.Aws.LoadBalancer>().Where(b => !b.Value.IsNetwork).Select(b => b.Value.LoadBalancerArn).Order(StringComparer.Ordinal).ToList();
            context.Errors.Add(group, field, $"found {arn}; no application load balancer here has that ARN{(known.Count == 0 ? "" : $"; there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}")}");
            yield break;
        }

        var own = listeners.Value[arn].ToList();
        if (!own.Exists(l => l.Port == port))
        {
            var has = own.Count == 0 ? "it has no listener" : $"it has {string.Join(", ", own.OrderBy(l => l.Port).Select(l => $"{l.Protocol}:{l.Port}"))}";
            context.Errors.Add(group, field, $"found {balancer.Key}, which has no listener on port {port}, the target{(port == group.Value.Port ? " group" : "")}'s: {has}. Let one of the two ports be the other");
            yield break;
        }

        if (OthersOf(arn, group) is { Count: >= MostBalancers } others)
        {
            context.Errors.Add(group, field, $"found {balancer.Key}, which {string.Join(" and ", others)} have; an application load balancer can be the target of {MostBalancers} network load balancers");
        }

        var checkPort = group.Value.HealthCheck.PortOf(port);
        // arn:…:loadbalancer/app/NAME/ID
        var id = arn[(arn.IndexOf('/', StringComparison.Ordinal) + 1)..];
        foreach (var node in LoadBalancerNode.Of(balancer))
        {
            if (context.Addresses.Find(node.Owner) is not { } address) continue;
            yield return new TargetPlan(id, port, node.Zone, new IPEndPoint(address.Declared, port), context.Addresses.Bind(node.Owner, port), context.Addresses.Bind(node.Owner, checkPort)) { Node = node.Zone, CheckPort = checkPort };
        }
    }

    /// <summary>A group of each other Network Load Balancer that has the load balancer already; a group that none forwards to counts as one's.</summary>
    private List<ResourceKey> OthersOf(string arn, Resource<TargetGroup> group)
    {
        if (!users.TryGetValue(arn, out var known)) users.Add(arn, known = []);
        var by = balancers.Value[group.Value.TargetGroupArn].FirstOrDefault() ?? group.Value.TargetGroupArn;
        var others = known.Where(u => u.By != by).Select(u => u.Group).ToList();
        if (others.Count == known.Count) known.Add((by, group.Key));
        return others;
    }

    private void Refuse(Resource<TargetGroup> group, string key, string value, string why)
    {
        if (group.Value.Attributes.GetValueOrDefault(key) == value) context.Errors.Add(group, "spec.attributes", $"{key}: found {value}; {why}");
    }
}
