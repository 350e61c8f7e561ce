using System.Net;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>A listener at one of its load balancer's nodes, of whichever type.</summary>
internal interface IListenerNode
{
    /// <summary>The listener's ARN.</summary>
    string Arn { get; }

    /// <summary>The load balancer.</summary>
    ResourceKey LoadBalancer { get; }

    /// <summary>Its name.</summary>
    string LoadBalancerName { get; }

    /// <summary>Its type: <c>application</c> or <c>network</c>.</summary>
    string LoadBalancerType { get; }

    /// <summary>The listener's protocol as the API spells it.</summary>
    string ProtocolName { get; }

    /// <summary>The declared port.</summary>
    int Port { get; }

    /// <summary>Where it listens on this machine.</summary>
    IPEndPoint Bound { get; }

    /// <summary>The node's Availability Zone; null where the load balancer has no zones.</summary>
    string? Zone { get; }

    /// <summary>The target groups that it forwards to.</summary>
    IEnumerable<TargetGroupPlan> Groups { get; }

    /// <summary>Which of a group's targets it sends to.</summary>
    ZoneScope ScopeOf(TargetGroupPlan group);

    /// <summary>What is said where its port can't be had.</summary>
    /// <param name="label">The listener, for a person.</param>
    /// <param name="why">What the system says.</param>
    /// <param name="running">What runs meanwhile; null before anything does.</param>
    ConfigError CantListen(string label, string why, LoadBalancerSnapshot? running) => new(null, 0, $"Listener {LoadBalancerName} {label}", "",
        running?.Nodes.FirstOrDefault(n => n.Bound.Equals(Bound) && n.LoadBalancerType != LoadBalancerType) is { } other
            ? $"can't listen at {Bound} (declared port {Port}): the {other.LoadBalancerType} load balancer {other.LoadBalancerName} does. A load balancer's type can't be changed (ELBv2 API, CreateLoadBalancer alone has it); take it away, save, and write it anew"
            : $"can't listen at {Bound} (declared port {Port}): {why}; stop what uses it, or move this road with --loopback N (127.N.0.0/16)");

    /// <summary>Whether it forwards to a group.</summary>
    bool Uses(TargetGroupPlan group) => Groups.Contains(group);
}
