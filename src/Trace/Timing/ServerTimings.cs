using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace.Journeys;

namespace Usher.Trace.Timing;

/// <summary>
/// The times of a request's hops at the moment when its answer leaves the load balancer, by the same records and rules as the journey that is told
/// later. Each counts until the answer's head had arrived there. A hop whose time isn't known by then is left out.
/// </summary>
/// <param name="log">Knows the relays' connections.</param>
/// <param name="pods">Knows the pods; asked for when it is first needed, since the pods' hop is built on the seam that this is a part of.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerTimings(JourneyLog log, Lazy<IPodAccounts?> pods, TimeProvider time) : IServerTimings
{
    /// <summary>Requests on their way back that are known at most; of more, the oldest are told without their ingress and pod.</summary>
    internal const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, RequestRecord> returning = new();
    private readonly ConcurrentQueue<string> ages = new();

    /// <summary>Requests that have left an ingress and that no load balancer has asked for.</summary>
    internal int Returning => returning.Count;

    /// <inheritdoc/>
    public string? HeadLeaves(RequestRecord record)
    {
        if (record.Upstream is not null) record.Via ??= log.RelayNow(record);
        if (record.Hop == Hop.LoadBalancer) return Of(record, record.JourneyId is { } id && returning.TryRemove(id, out var behind) ? behind : null);
        if (record.JourneyId is { } journey) Keep(journey, record);
        return null;
    }

    private void Keep(string journey, RequestRecord record)
    {
        returning[journey] = record;
        ages.Enqueue(journey);
        while (ages.Count > Capacity && ages.TryDequeue(out var oldest)) returning.TryRemove(oldest, out _);
    }

    private string Of(RequestRecord first, RequestRecord? ingress)
    {
        var clock = Clock.Since(first.StartedAt, time);
        var metrics = new ServerTimingText();
        metrics.Add("lb", Rule(Account(first.Decision, Hop.LoadBalancer)), clock.Between(first.StartedAt, first.FirstByteAt));
        var opened = first.RequestOnUpstream <= 1;
        if (first.Via is { } node && Account(node.Decision, Hop.Node) is { } at)
        {
            metrics.Add("node", at.Name, clock.Between(opened ? node.AcceptedAt : first.RequestSentAt, first.FirstByteAt));
        }

        if (ingress is not null) metrics.Add("ingress", Account(ingress.Decision, Hop.Ingress)?.Name ?? "", clock.Between(ingress.StartedAt, ingress.FirstByteAt));
        var caller = ingress ?? first;
        // A choice of endpoint is made when the connection opens, and takes no time later.
        if (ingress is { RequestOnUpstream: <= 1, Via: { } chosen } && Account(chosen.Decision, Hop.Service) is { } service)
        {
            metrics.Add("service", service.Name, clock.Between(chosen.AcceptedAt, chosen.ConnectedAt));
        }

        if (!caller.AnsweredHere && Pod(caller) is { } pod) metrics.Add("pod", pod, clock.Between(Began(caller), caller.FirstByteAt));
        return metrics.ToString();
    }

    /// <summary>The name of the pod that answered; null when it is a part of Usher that keeps records of its own, or nobody known.</summary>
    private string? Pod(RequestRecord caller) =>
        RoadHops.Reached(caller) is { } bound && pods.Value?.Account(bound) is { } account && account.Facts["runtime"]?.ToString() != "built-in" ? account.Name : null;

    /// <summary>From when on a pod had the request, as the journey counts it.</summary>
    private static long Began(RequestRecord caller) =>
        caller.RequestOnUpstream > 1 ? caller.RequestSentAt : caller.Via is { ConnectedAt: not 0 } last ? last.ConnectedAt : caller.ConnectedAt;

    private static HopAccount? Account(IDecision? decision, Hop hop) => decision?.Tell().FirstOrDefault(a => a.Hop == hop);

    private static string Rule(HopAccount? balancer) => balancer?.Facts["rulePriority"] switch
    {
        null => balancer?.Name ?? "",
        JsonValue number when number.TryGetValue<int>(out var priority) => FormattableString.Invariant($"{balancer.Name}, rule {priority}"),
        var other => $"{balancer.Name}, {other} rule",
    };
}
