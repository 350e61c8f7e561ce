using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Service;

/// <summary>
/// The living endpoints: a generation's possible ones joined with who lives now. A port is joined anew at its first read after the directory
/// changed, and swapped with one write; every other read costs one comparison.
/// </summary>
internal sealed class EndpointTable(IPodDirectory pods)
{
    private readonly ConditionalWeakTable<ServiceSnapshot, Joined?[]> tables = [];
    private volatile Table? last;

    /// <summary>The conditions of a port's endpoints now.</summary>
    public EndpointsState Of(ServiceSnapshot snapshot, ServicePort port) => JoinedOf(snapshot, port).State;

    /// <summary>The same with the endpoints, as others are told them.</summary>
    public FrontEndpoints Told(ServiceSnapshot snapshot, ServicePort port) => JoinedOf(snapshot, port).Told;

    private Joined JoinedOf(ServiceSnapshot snapshot, ServicePort port)
    {
        var table = last;
        if (table is null || table.Snapshot != snapshot)
        {
            // Two generations are read in turns only while one follows the other.
            table = new Table(snapshot, tables.GetValue(snapshot, s => new Joined?[s.Ports.Length]));
            last = table;
        }

        var living = pods.Current;
        var joined = Volatile.Read(ref table.Ports[port.Slot]);
        if (joined is not null && ReferenceEquals(joined.Living, living)) return joined;
        var state = Join(port, living);
        // What didn't change stays the same object: the decisions that journeys keep then share it.
        joined = joined is not null && joined.State.Conditions.SequenceEqual(state.Conditions) ? joined with { Living = living } : new Joined(living, state, Tell(port, state));
        Volatile.Write(ref table.Ports[port.Slot], joined);
        return joined;
    }

    private static FrontEndpoints Tell(ServicePort port, EndpointsState state) => new([.. port.Endpoints.Zip(state.Conditions, (endpoint, condition) =>
        new FrontEndpoint(endpoint.Pod, endpoint.Name, endpoint.Declared, endpoint.Bound)
        {
            Ready = condition.Ready, Serving = condition.Serving, Terminating = condition.Terminating, Message = condition.Ready ? null : condition.Message,
        })]);

    /// <summary>The conditions that the EndpointSlice controller would write. Pure.</summary>
    public static EndpointsState Join(ServicePort port, ImmutableDictionary<ResourceKey, PodStatus> living) =>
        new([.. port.Endpoints.Select(e => e.Written ?? OfPod(e.Pod is { } key ? living.GetValueOrDefault(key) : null, e.Deleted, port.PublishNotReady))]);

    private static EndpointCondition OfPod(PodStatus? pod, bool deleted, bool publishNotReady)
    {
        if (pod is null)
        {
            return deleted
                ? new EndpointCondition(false, false, true, "it was deleted, and is gone")
                : new EndpointCondition(publishNotReady, false, false, "it has not been started");
        }

        if (pod.Phase is "Succeeded" or "Failed")
        {
            // A pod that ended is in no slice at all.
            return new EndpointCondition(false, false, false, pod.Message ?? $"it ended (phase {pod.Phase})");
        }

        var terminating = pod.Terminating || deleted;
        var ready = publishNotReady || (pod.Ready && !terminating);
        if (ready && pod.Ready && !terminating) return EndpointCondition.Fine;
        return new EndpointCondition(ready, pod.Ready, terminating, pod.Message ?? (pod.Ready ? null : $"phase {pod.Phase}, Ready is false"));
    }

    private sealed record Table(ServiceSnapshot Snapshot, Joined?[] Ports);

    private sealed record Joined(ImmutableDictionary<ResourceKey, PodStatus> Living, EndpointsState State, FrontEndpoints Told);
}
