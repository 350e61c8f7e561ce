using System.Net;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A target's health as DescribeTargetHealth tells it.</summary>
/// <param name="TargetGroup">The group's name.</param>
/// <param name="Target">The target, <c>id:port</c>.</param>
/// <param name="State"><c>initial</c>, <c>healthy</c>, <c>unhealthy</c>, <c>draining</c>, <c>unused</c>.</param>
/// <param name="Reason">AWS's reason code, or null.</param>
/// <param name="Description">What the check got and wanted, or null.</param>
/// <param name="Outstanding">Requests sent to it that aren't answered yet; of a Network Load Balancer's target, its open connections.</param>
public sealed record TargetHealthReport(string TargetGroup, string Target, string State, string? Reason, string? Description, int Outstanding)
{
    /// <summary>How it compares with the other targets of a weighted random group; null in any other.</summary>
    public AnomalyReport? AnomalyDetection { get; init; }
}

/// <summary>The result of anomaly detection for a target, as DescribeTargetHealth tells it.</summary>
/// <param name="Result"><c>normal</c> or <c>anomalous</c>.</param>
/// <param name="MitigationInEffect"><c>yes</c> or <c>no</c>.</param>
public sealed record AnomalyReport(string Result, string MitigationInEffect);

/// <summary>A listener at a node of its load balancer, and where it is bound.</summary>
/// <param name="LoadBalancer">The load balancer's name.</param>
/// <param name="ListenerArn">The listener's ARN.</param>
/// <param name="Protocol"><c>HTTP</c> or <c>HTTPS</c>; of a Network Load Balancer <c>TCP</c> and the like.</param>
/// <param name="Port">The declared port.</param>
/// <param name="Bound">Where it listens on this machine.</param>
public sealed record ListenerReport(string LoadBalancer, string ListenerArn, string Protocol, int Port, IPEndPoint Bound)
{
    /// <summary>The node's Availability Zone; null where the load balancer has no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>Why DNS doesn't answer with the node's address; null when it does.</summary>
    public string? OutOfDns { get; init; }
}

/// <summary>A load balancer's node whose zone is unhealthy in DNS.</summary>
/// <param name="Zone">Its Availability Zone; null where the load balancer has no zones.</param>
/// <param name="Address">Where it is bound on this machine.</param>
/// <param name="Why">Which target group has too few healthy targets there.</param>
public sealed record FailedZone(string? Zone, IPAddress Address, string Why);

/// <summary>Tells how the load balancers' listeners and targets are; answered by the load balancers' hop.</summary>
public interface ITargetHealth
{
    /// <summary>Every target of a generation, and those that were taken away and still drain.</summary>
    IReadOnlyList<TargetHealthReport> All(Generation generation);

    /// <summary>Every listener of a generation, once for each node of its load balancer.</summary>
    IReadOnlyList<ListenerReport> Listeners(Generation generation);

    /// <summary>
    /// The nodes of a load balancer whose zones are unhealthy in DNS, none as a rule. Where all are, DNS answers with all (ALB user guide, Target group health).
    /// </summary>
    IReadOnlyList<FailedZone> FailedZones(Generation generation, ResourceKey loadBalancer);
}
