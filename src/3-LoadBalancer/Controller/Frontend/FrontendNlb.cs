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
    private readonly Resource<Model.Aws.LoadBalancer> front;
    private readonly Resource<Model.Aws.LoadBalancer> behind;

    private FrontendNlb(CompileContext context, IngressGroup group, Resource<Model.Aws.LoadBalancer> behind)
    {
        (this.context, this.group, this.behind) = (context, group, behind);
        front = LoadBalancer(behind.Value);
    }

    /// <summary>The load balancer itself.</summary>
    internal Resource<Model.Aws.LoadBalancer> Made => front;

    /// <summary>The name that leads to it.</summary>
    internal string DnsName => front.Value.DnsName;

    /// <summary>The one that a group wants; null when it wants none, which makes its other annotations vain.</summary>
    /// <param name="context">What is compiled.</param>
    /// <param name="group">The group.</param>
    /// <param name="enabled">Whether the group wants one.</param>
    /// <param name="behind">The group's Application Load Balancer.</param>
    internal static FrontendNlb? Of(CompileContext context, IngressGroup group, bool enabled, Resource<Model.Aws.LoadBalancer> behind)
    {
        if (enabled) return new FrontendNlb(context, group, behind);
        foreach (var member in group.Members)
        {
            if (AlbAnnotationTable.OfFrontends.FirstOrDefault(name => member.Annotations.Text(name) is not null) is { } vain)
            {
                member.Annotations.Warn(vain, $"has no effect: no network load balancer is in front of {group.Label}'s without {Enable}: 'true'");
            }
        }

        return null;
    }

    /// <summary>The Ingresses into whose status the Application Load Balancer's name is written, before that of the one in front: those that don't want that one's alone.</summary>
    internal static IEnumerable<GroupMember> ToldBehind(IngressGroup group, bool enabled) => enabled ? group.Members.Where(m => m.Annotations.Flag("frontend-nlb-status-only") != true) : group.Members;

    /// <summary>Whether a group wants one. Two members that differ stop the whole group.</summary>
    internal static bool Enabled(IngressGroup group) => group.Only(Enable, "enable frontend NLB", annotations => annotations.Flag(Enable)) == true;

    /// <summary>It with its listeners and target groups.</summary>
    /// <param name="ports">The ports of the Application Load Balancer.</param>
    internal IEnumerable<Resource> Build(IReadOnlyList<ListenPort> ports)
    {
        yield return front.Untyped;
        foreach (var port in FrontendPorts.Of(group, ports))
        {
            var made = Group(port);
            yield return new Resource(front.Key with { Kind = "Listener", Name = string.Create(CultureInfo.InvariantCulture, $"{front.Key.Name}:{port.Port}") }, new Listener
            {
                ListenerArn = AwsNames.ListenerArn(context.Scope, front.Value.LoadBalancerArn, port.Port),
                LoadBalancerArn = front.Value.LoadBalancerArn,
                Port = port.Port,
                Protocol = "TCP",
                DefaultActions = [new RuleAction { Type = "forward", TargetGroups = [new TargetGroupTuple(made.TargetGroupArn)] }],
            }, front.Origin);
            yield return new Resource(front.Key with { Kind = "TargetGroup", Name = made.Name }, made, front.Origin);
        }
    }

    private Resource<Model.Aws.LoadBalancer> LoadBalancer(Model.Aws.LoadBalancer alb)
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
        return new Resource<Model.Aws.LoadBalancer>(behind.Key with { Name = $"{behind.Key.Name}:nlb" }, balancer, behind.Origin);
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
            Targets = [new TargetDescription(behind.Value.LoadBalancerArn, port.TargetPort)],
        };
    }
}
