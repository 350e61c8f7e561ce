using System.Globalization;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// The Network Load Balancer in front of a group's Application Load Balancer, with a TCP listener and a target group of target type <c>alb</c> for each port (the controller's model builder, <c>model_build_frontend_nlb.go</c>).
/// </summary>
internal sealed class FrontendNlb
{
    private const string Enable = "enable-frontend-nlb";

    private readonly CompileContext context;
    private readonly IngressGroup group;
    private readonly Resource front;
    private readonly Resource behind;

    private FrontendNlb(CompileContext context, IngressGroup group, Resource behind)
    {
        (this.context, this.group, this.behind) = (context, group, behind);
        front = LoadBalancer((Model.Aws.LoadBalancer)behind.Value);
    }

    /// <summary>The name that leads to it.</summary>
    internal string DnsName => Balancer.DnsName;

    private Model.Aws.LoadBalancer Balancer => (Model.Aws.LoadBalancer)front.Value;

    /// <summary>The one that a group wants; null when it wants none, which makes its other annotations vain.</summary>
    /// <param name="context">What is compiled.</param>
    /// <param name="group">The group.</param>
    /// <param name="enabled">Whether the group wants one.</param>
    /// <param name="behind">The group's Application Load Balancer.</param>
    internal static FrontendNlb? Of(CompileContext context, IngressGroup group, bool enabled, Resource behind)
    {
        if (enabled) return new FrontendNlb(context, group, behind);
        foreach (var member in group.Members)
        {
            if (AlbAnnotationTable.OfFrontends.FirstOrDefault(name => member.Annotations.Text(name) is not null) is { } vain)
            {
                member.Annotations.Warn(context.Warnings, vain, $"has no effect: no network load balancer is in front of {group.Label}'s without {Enable}: 'true'");
            }
        }

        return null;
    }

    /// <summary>The Ingresses into whose status the Application Load Balancer's name is written, before that of the one in front: those that don't want that one's alone.</summary>
    internal static IEnumerable<GroupMember> ToldBehind(IngressGroup group, bool enabled) => enabled ? group.Members.Where(m => m.Annotations.Flag("frontend-nlb-status-only") != true) : group.Members;

    /// <summary>Whether a group wants one. Two members that differ stop the whole group.</summary>
    internal static bool Enabled(IngressGroup group)
    {
        var told = group.Members.Select(m => (Member: m, Value: m.Annotations.Flag(Enable))).Where(t => t.Value is not null).ToList();
        foreach (var (member, _) in told.Where(t => t.Value != told[0].Value))
        {
            member.Annotations.Error(Enable, IngressGroup.Conflict("enable frontend NLB", (told[0].Member, told[0].Member.Annotations.Text(Enable)!), (member, member.Annotations.Text(Enable)!)));
        }

        return told.Count > 0 && told[0].Value == true;
    }

    /// <summary>It with its listeners and target groups.</summary>
    /// <param name="ports">The ports of the Application Load Balancer.</param>
    internal IEnumerable<Resource> Build(IReadOnlyList<ListenPort> ports)
    {
        yield return front;
        foreach (var port in FrontendPorts.Of(context, group, ports))
        {
            var made = Group(port);
            yield return new Resource(front.Key with { Kind = "Listener", Name = string.Create(CultureInfo.InvariantCulture, $"{front.Key.Name}:{port.Port}") }, new Listener
            {
                ListenerArn = AwsNames.ListenerArn(context.Scope, Balancer.LoadBalancerArn, port.Port),
                LoadBalancerArn = Balancer.LoadBalancerArn,
                Port = port.Port,
                Protocol = "TCP",
                DefaultActions = [new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple(made.TargetGroupArn)] }],
            }, front.Origin);
            yield return new Resource(front.Key with { Kind = "TargetGroup", Name = made.Name }, made, front.Origin);
        }
    }

    private Resource LoadBalancer(Model.Aws.LoadBalancer alb)
    {
        var attributes = new MergedMap("frontend-nlb-attributes", AttributeTable.NetworkLoadBalancer);
        foreach (var member in group.Members) attributes.Add(member);
        var name = ControllerNames.FrontendOf(alb.Name);
        var balancer = new Model.Aws.LoadBalancer
        {
            LoadBalancerArn = AwsNames.LoadBalancerArn(context.Scope, name, network: true),
            Name = name,
            DnsName = AwsNames.NetworkLoadBalancerDnsName(context.Scope, name),
            Type = "network",
            Scheme = group.Scheme("frontend-nlb-scheme"),
            AvailabilityZones = alb.AvailabilityZones,
            Attributes = attributes.Values,
            Ingresses = [.. group.Members.Select(m => m.Ingress.Key)],
        };
        // Behind a colon it is no name that somebody writes, and comes after its Application Load Balancer, as in an Ingress's status.
        return new Resource(behind.Key with { Name = $"{behind.Key.Name}:nlb" }, balancer, behind.Origin);
    }

    private TargetGroup Group(FrontendPort port)
    {
        var name = ControllerNames.FrontendTargetGroup(group, port.Port, port.Check);
        return new TargetGroup
        {
            TargetGroupArn = AwsNames.TargetGroupArn(context.Scope, name),
            Name = name,
            Protocol = "TCP",
            // The group has the listener's port; the load balancer behind is registered with its own.
            Port = port.Port,
            TargetType = "alb",
            HealthCheck = port.Check,
            Targets = [new TargetDescription(((Model.Aws.LoadBalancer)behind.Value).LoadBalancerArn, port.TargetPort)],
        };
    }
}
