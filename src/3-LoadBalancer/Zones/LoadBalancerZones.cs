using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Gives load balancers the Availability Zones that AWS takes from their subnets. A subnet's id or name doesn't tell its zone, so:
/// <list type="number">
/// <item>those that the object's status tells, which ACK's controller writes;</item>
/// <item>else those of the worker nodes;</item>
/// <item>else one, the region's first.</item>
/// </list>
/// The results are copies; one that would say what that of the running generation says is that one.
/// </summary>
internal sealed class LoadBalancerZones : IReconciler
{
    // Which written object a copy was made of.
    private static readonly ConditionalWeakTable<Model.Aws.LoadBalancer, Model.Aws.LoadBalancer> Sources = [];

    /// <inheritdoc/>
    public IEnumerable<Resource> Reconcile(CompileContext context, DesiredState previous)
    {
        var zones = NodeZones(context);
        foreach (var balancer in context.State.All<Model.Aws.LoadBalancer>())
        {
            if (balancer.Value.AvailabilityZones.Count > 0) continue;
            yield return new Resource(balancer.Key, Kept(balancer, previous, zones) ?? Copy(balancer.Value, zones), balancer.Origin);
        }
    }

    /// <summary>The zones of the worker nodes, in order; where there are none, the region's first.</summary>
    internal static string[] NodeZones(CompileContext context)
    {
        string[] found = [.. context.State.All<V1Node>().Select(n => Zone(n.Value)).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : [$"{context.Scope.Region}a"];
    }

    private static Model.Aws.LoadBalancer? Kept(Resource<Model.Aws.LoadBalancer> balancer, DesiredState previous, string[] zones) =>
        previous.Find(balancer.Key)?.Value is Model.Aws.LoadBalancer had && Sources.TryGetValue(had, out var source) && source == balancer.Value && had.AvailabilityZones.SequenceEqual(zones)
            ? had
            : null;

    private static Model.Aws.LoadBalancer Copy(Model.Aws.LoadBalancer written, string[] zones)
    {
        var copy = written with { AvailabilityZones = zones };
        Sources.Add(copy, written);
        return copy;
    }

    /// <summary>A worker node's zone: that of its label, else of its provider id, <c>aws:///ZONE/i-…</c>; null when neither tells.</summary>
    internal static string? Zone(V1Node node)
    {
        if (node.Metadata?.Labels?.TryGetValue("topology.kubernetes.io/zone", out var label) == true && label.Length > 0) return label;
        return node.Spec?.ProviderID?.Split('/') is ["aws:", "", "", { Length: > 0 } zone, _] ? zone : null;
    }
}
