using System.Net;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A target's health as DescribeTargetHealth tells it.</summary>
/// <param name="TargetGroup">The group's name.</param>
/// <param name="Target">The target, <c>id:port</c>.</param>
/// <param name="State"><c>initial</c>, <c>healthy</c>, <c>unhealthy</c>, <c>draining</c>, <c>unused</c>.</param>
/// <param name="Reason">AWS's reason code, or null.</param>
/// <param name="Description">What the check got and wanted, or null.</param>
/// <param name="Outstanding">Requests sent to it that aren't answered yet.</param>
public sealed record TargetHealthReport(string TargetGroup, string Target, string State, string? Reason, string? Description, int Outstanding);

/// <summary>A listener at a node of its load balancer, and where it is bound.</summary>
/// <param name="LoadBalancer">The load balancer's name.</param>
/// <param name="ListenerArn">The listener's ARN.</param>
/// <param name="Protocol"><c>HTTP</c> or <c>HTTPS</c>.</param>
/// <param name="Port">The declared port.</param>
/// <param name="Bound">Where it listens on this machine.</param>
public sealed record ListenerReport(string LoadBalancer, string ListenerArn, string Protocol, int Port, IPEndPoint Bound)
{
    /// <summary>The node's Availability Zone; null where the load balancer has no zones.</summary>
    public string? Zone { get; init; }
}

/// <summary>Tells how the load balancers' listeners and targets are; answered by the load balancers' hop.</summary>
public interface ITargetHealth
{
    /// <summary>Every target of a generation, and those that were taken away and still drain.</summary>
    IReadOnlyList<TargetHealthReport> All(Generation generation);

    /// <summary>Every listener of a generation, once for each node of its load balancer.</summary>
    IReadOnlyList<ListenerReport> Listeners(Generation generation);
}
