using System.Globalization;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// A group of Ingresses → its load balancer, listeners, rules and target groups, as the controller's model builder makes them. Objects are named so that nothing that somebody writes has their name: no
/// object's name has a colon.
/// </summary>
internal sealed class GroupModel(CompileContext context, IngressGroup group, CertificateDiscovery discovery)
{
    /// <summary>The group's load balancer, and the one in front, if it wants one.</summary>
    internal (Resource<Model.Aws.LoadBalancer> Balancer, FrontendNlb? Front) Balancers(IReadOnlyList<string> zones)
    {
        var fronted = FrontendNlb.Enabled(group);
        var balancer = LoadBalancer(zones, fronted);
        return (balancer, FrontendNlb.Of(context, group, fronted, balancer));
    }

    /// <summary>All that is made.</summary>
    internal IEnumerable<Resource> Build(Resource<Model.Aws.LoadBalancer> balancer, FrontendNlb? front)
    {
        string[] names = [balancer.Value.DnsName, .. front is null ? [] : new[] { front.DnsName }];
        var ports = ListenPorts.Of(group, discovery, names);
        var groups = new ControllerTargetGroups(context, group);
        var redirect = SslRedirect.Of(group, ports);
        redirect?.Tell(group, ports);
        var builder = new RuleBuilder(context.Errors, new BackendActions(context, groups), redirect);
        var made = new List<Resource> { balancer.Untyped };
        foreach (var port in ports) made.AddRange(Listener(balancer, port, builder));
        made.AddRange(front?.Build(ports) ?? []);
        return made.Concat(groups.Made);
    }

    private Resource<Model.Aws.LoadBalancer> LoadBalancer(IReadOnlyList<string> zones, bool fronted)
    {
        var scheme = group.Scheme("scheme");
        var first = group.Members[0].Ingress;
        var generated = ControllerNames.LoadBalancer(group, scheme);
        var name = group.Only("load-balancer-name", "load balancer name") ?? generated;
        if (ControllerNames.Problem(name) is { } problem) group.Teller("load-balancer-name")?.Error("load-balancer-name", problem);
        var attributes = new MergedMap("load-balancer-attributes", AttributeTable.LoadBalancer);
        foreach (var member in group.Members) attributes.Add(member);
        var balancer = new Model.Aws.LoadBalancer
        {
            LoadBalancerArn = AwsNames.LoadBalancerArn(context.Scope, name),
            Name = name,
            DnsName = AwsNames.LoadBalancerDnsName(context.Scope, name, scheme == "internal"),
            Scheme = scheme,
            AvailabilityZones = zones,
            Attributes = attributes.Values,
            Ingresses = [.. FrontendNlb.ToldBehind(group, fronted).Select(m => m.Ingress.Key)],
        };
        return new Resource<Model.Aws.LoadBalancer>(new ResourceKey(ControllerNames.Kinds, "LoadBalancer", group.Name is null ? first.Key.Namespace : "", generated), balancer, DerivedObjects.OriginOf(first.Origin));
    }

    private IEnumerable<Resource> Listener(Resource<Model.Aws.LoadBalancer> balancer, ListenPort port, RuleBuilder builder)
    {
        var arn = AwsNames.ListenerArn(context.Scope, balancer.Value.LoadBalancerArn, port.Port);
        var (actions, teller) = builder.Default(port);
        var first = port.Members[0].Ingress;
        yield return new Resource(balancer.Key with { Kind = "Listener", Name = Name(balancer.Key.Name, port.Port) }, new Listener
        {
            ListenerArn = arn,
            LoadBalancerArn = balancer.Value.LoadBalancerArn,
            Port = port.Port,
            Protocol = port.Protocol,
            SslPolicy = port.SslPolicy,
            Certificates = port.Certificates,
            DefaultActions = actions,
            Attributes = port.Attributes,
            Ingress = teller?.Ingress.Key,
        }, DerivedObjects.OriginOf((teller?.Ingress ?? first).Origin));

        var priority = 0;
        foreach (var rule in builder.Rules(port))
        {
            priority++;
            var key = new ResourceKey(ControllerNames.Kinds, "Rule", rule.Ingress.Key.Namespace, $"{Name(rule.Ingress.Key.Name, port.Port)}:{priority.ToString(CultureInfo.InvariantCulture)}");
            yield return new Resource(key, new ListenerRule
            {
                RuleArn = AwsNames.RuleArn(context.Scope, arn, key.Name),
                ListenerArn = arn,
                Priority = priority,
                Conditions = rule.Conditions,
                Actions = rule.Actions,
                Transforms = rule.Transforms,
                Ingress = rule.Ingress.Key,
                Path = rule.Path,
            }, DerivedObjects.OriginOf(rule.Ingress.Origin));
        }
    }

    private static string Name(string name, int port) => $"{name}:{port.ToString(CultureInfo.InvariantCulture)}";
}
