using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The targets of a group of target type <c>alb</c>: an Application Load Balancer, by its node in each zone, at a port where it has a listener (NLB user guide, Application Load Balancers as targets; ELBv2 API, RegisterTargets).
/// </summary>
internal sealed class AlbTargets(CompileContext context)
{
    /// <summary>The same Application Load Balancer may be the target of two Network Load Balancers, in a group for each.</summary>
    private const int MostGroups = 2;

    private readonly Dictionary<string, List<ResourceKey>> groups = new(StringComparer.Ordinal);

    /// <summary>Whether a group has such targets.</summary>
    internal static bool IsOf(TargetGroup group) => group.TargetType == "alb";

    /// <summary>The nodes of the load balancer that is registered; none after an error.</summary>
    internal IEnumerable<TargetPlan> Of(Resource<TargetGroup> group)
    {
        Refuse(group, "preserve_client_ip.enabled", "false", "the client's address is always preserved for a target type of alb");
        Refuse(group, "proxy_protocol_v2.enabled", "true", "an Application Load Balancer reads no PROXY header");
        return group.Value.Targets.SelectMany((target, index) => Nodes(group, target.Id, $"spec.targets[{index}].id"));
    }

    private IEnumerable<TargetPlan> Nodes(Resource<TargetGroup> group, string arn, string field)
    {
        var port = group.Value.Port;
        var all = context.State.All<Model.Aws.LoadBalancer>().ToList();
        if (all.Find(b => b.Value.LoadBalancerArn == arn) is not { } balancer || balancer.Value.IsNetwork)
        {
            var known = all.Where(b => !b.Value.IsNetwork).Select(b => b.Value.LoadBalancerArn).Order(StringComparer.Ordinal).ToList();
            context.Errors.Add(group, field, $"found {arn}; no application load balancer here has that ARN{(known.Count == 0 ? "" : $"; there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}")}");
            yield break;
        }

        var listeners = context.State.All<Listener>().Where(l => l.Value.LoadBalancerArn == arn).Select(l => l.Value).ToList();
        if (!listeners.Exists(l => l.Port == port))
        {
            var has = listeners.Count == 0 ? "it has no listener" : $"it has {string.Join(", ", listeners.OrderBy(l => l.Port).Select(l => $"{l.Protocol}:{l.Port}"))}";
            context.Errors.Add(group, field, $"found {balancer.Key}, which has no listener on port {port}, the target group's: {has}. Let one of the two ports be the other");
            yield break;
        }

        if (Count(arn, group.Key) is { Count: > MostGroups } users)
        {
            context.Errors.Add(group, field, $"found {balancer.Key}, which {string.Join(" and ", users.Take(MostGroups))} have; an application load balancer can be in {MostGroups} target groups, of a network load balancer each");
        }

        var checkPort = group.Value.HealthCheck.PortOf(port);
        // arn:…:loadbalancer/app/NAME/ID
        var id = arn[(arn.IndexOf('/', StringComparison.Ordinal) + 1)..];
        foreach (var node in LoadBalancerNode.Of(balancer))
        {
            if (context.Addresses.Find(node.Owner) is not { } address) continue;
            yield return new TargetPlan(id, port, node.Zone, new IPEndPoint(address.Declared, port), context.Addresses.Bind(node.Owner, port), context.Addresses.Bind(node.Owner, checkPort)) { Node = node.Zone };
        }
    }

    private List<ResourceKey> Count(string arn, ResourceKey group)
    {
        if (!groups.TryGetValue(arn, out var users)) groups.Add(arn, users = []);
        users.Add(group);
        return users;
    }

    private void Refuse(Resource<TargetGroup> group, string key, string value, string why)
    {
        if (group.Value.Attributes.GetValueOrDefault(key) == value) context.Errors.Add(group, "spec.attributes", $"{key}: found {value}; {why}");
    }
}
