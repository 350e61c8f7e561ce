using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// ELB's quotas, with the API's words for what exceeds them (ALB user guide, Quotas). Those that AWS raises on request are a warning, so that a road may be as large as an account is allowed to be;
/// those that it doesn't raise are an error.
/// </summary>
internal static class QuotaCheck
{
    private const int Listeners = 50;
    private const int Rules = 100;
    private const int Certificates = 25;
    private const int Targets = 1000;
    private const int TargetsOfGroup = 1000;
    private const int TargetGroups = 100;

    internal static void Of(CompileContext context, IReadOnlyList<ListenerPlan> listeners)
    {
        var plans = listeners.ToLookup(l => l.LoadBalancer);
        var certificates = context.State.All<Model.Aws.Listener>().ToLookup(l => l.Value.LoadBalancerArn, l => Math.Max(0, l.Value.Certificates.Count - 1), StringComparer.Ordinal);
        var users = new Dictionary<TargetGroupPlan, Resource<Model.Aws.LoadBalancer>>();
        foreach (var balancer in context.State.All<Model.Aws.LoadBalancer>())
        {
            // A listener has a plan for each node of its load balancer.
            var own = plans[balancer.Key].DistinctBy(l => l.Arn).ToList();
            var groups = Groups(own);
            Raisable(context, balancer, own.Count, Listeners, "listeners", "TooManyListeners");
            Raisable(context, balancer, own.Sum(l => l.Rules.Length - 1), Rules, "rules besides the default ones", "TooManyRules");
            Raisable(context, balancer, certificates[balancer.Value.LoadBalancerArn].Sum(), Certificates, "certificates besides the default ones", "TooManyCertificates");
            Raisable(context, balancer, groups.Sum(g => g.Targets.Length), Targets, "registered targets", "TooManyTargets");
            if (groups.Count > TargetGroups)
            {
                context.Errors.Add(balancer, "spec", $"forwards to {groups.Count} target groups; at most {TargetGroups} are allowed (TooManyUniqueTargetGroupsPerLoadBalancer)");
            }

            foreach (var group in groups)
            {
                if (users.TryAdd(group, balancer)) continue;
                context.Errors.Add(balancer, "spec", $"forwards to target group {group.Name}, which {users[group].Key} uses; a target group belongs to one load balancer (TargetGroupAssociationLimit)");
            }
        }

        foreach (var group in context.State.All<Model.Aws.TargetGroup>())
        {
            if (group.Value.Targets.Count <= TargetsOfGroup) continue;
            context.Warnings.Add(group, "spec.targets", Told(group.Value.Targets.Count, TargetsOfGroup, "targets", "target group", "TooManyTargets"));
        }
    }

    private static HashSet<TargetGroupPlan> Groups(IEnumerable<ListenerPlan> listeners) =>
        [.. listeners.SelectMany(l => l.Rules).Select(r => r.Action).OfType<ForwardPlan>().SelectMany(f => f.Groups).Select(g => g.Group)];

    private static void Raisable(CompileContext context, Resource<Model.Aws.LoadBalancer> balancer, int found, int quota, string what, string code)
    {
        if (found > quota) context.Warnings.Add(balancer, "spec", Told(found, quota, what, "load balancer", code));
    }

    private static string Told(int found, int quota, string what, string whose, string code) =>
        $"has {found} {what}; an account begins with a quota of {quota} a {whose}, which AWS raises on request ({code})";
}
