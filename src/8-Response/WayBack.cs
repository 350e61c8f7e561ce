using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// Step 9, the way back of one answer. There is nothing to decide: it follows the connections that the request came in on.
/// <list type="number">
/// <item>The pod answers on the connection that the ingress sent the request on.</item>
/// <item>The ingress passes the answer on, on the connection that the load balancer sent the request on.</item>
/// <item>The load balancer passes it on to the client, within the TLS session that is there. One that reads no HTTP only carries its bytes: the way back is told from the ingress on.</item>
/// </list>
/// A hop that makes the answer itself is where the way back begins.
/// </summary>
internal sealed class WayBack(TimeProvider time) : IWayBack
{
    /// <inheritdoc/>
    public HopAccount? Account(WayBackRecords records)
    {
        var first = records.First;
        if (first.Status == 0) return null;
        var passed = new JsonArray();
        var maker = Maker(records);

        // 1
        if (maker == Hop.Pod) passed.Add(FromPod(records));

        // 2
        if (records.Ingress is { Status: not 0 } ingress && !first.AnsweredHere) passed.Add(Passed(ingress, records.Origin));

        // 3
        passed.Add(Passed(first, records.Origin));

        var cut = maker == Hop.Pod && (first.Outcome ?? records.Ingress?.Outcome) is not null;
        return new HopAccount(Hop.Response, $"to {first.Downstream.From}", Sentence(records, maker, cut))
        {
            Ok = !cut,
            Facts = new JsonObject { ["status"] = first.Status, ["bytes"] = first.ResponseBytes, ["madeBy"] = maker.Name(), ["hops"] = passed },
        };
    }

    private static Hop Maker(WayBackRecords records) => records.First.AnsweredHere ? records.First.Hop
        : records.Ingress is { AnsweredHere: true } ? Hop.Ingress
        : Hop.Pod;

    private static string Sentence(WayBackRecords records, Hop maker, bool cut)
    {
        var first = records.First;
        var bytes = $"{first.ResponseBytes} bytes";
        if (first.AnsweredHere)
        {
            var instead = first.UpstreamStatus != 0 ? $" in the place of the {(first.Hop == Hop.LoadBalancer ? "target" : "backend")}'s {first.UpstreamStatus}" : "";
            return $"{first.Status} made by the {Words(first.Hop)}{instead}; {bytes}";
        }

        var from = maker == Hop.Ingress ? "made by the ingress" : $"from {(records.Pod is null ? "the target" : $"pod {records.Pod}")}";
        var by = maker == Hop.Pod && records.Ingress is not null ? "ingress and load balancer" : $"the {Words(first.Hop)}";
        var how = cut ? ", then cut off"
            : Changed(first) || (records.Ingress is { } ingress && Changed(ingress)) ? " with changed headers"
            : " unchanged";
        return $"{first.Status} {from}, passed on by {by}{how}; {bytes}";
    }

    private static string Words(Hop hop) => hop == Hop.LoadBalancer ? "load balancer" : hop.Name();

    private JsonObject FromPod(WayBackRecords records)
    {
        var caller = records.Ingress ?? records.First;
        return new JsonObject
        {
            ["hop"] = Hop.Pod.Name(),
            ["name"] = records.Pod,
            ["status"] = caller.UpstreamStatus,
            ["firstByteMs"] = Milliseconds(records.Origin, caller.FirstByteAt),
            ["measuredBy"] = caller.Hop.Name(),
            ["connection"] = caller.UpstreamFate,
        };
    }

    private JsonObject Passed(RequestRecord record, long origin) => new()
    {
        ["hop"] = record.Hop.Name(),
        ["status"] = record.Status,
        ["firstByteMs"] = Milliseconds(origin, record.FirstByteAt),
        ["lastByteMs"] = Milliseconds(origin, record.EndedAt),
        ["bytes"] = record.ResponseBytes,
        ["changes"] = Changes(record),
        ["connection"] = record.DownstreamFate,
        ["upstreamConnection"] = record.UpstreamFate,
    };

    private static bool Changed(RequestRecord record) =>
        !record.ResponseChanges.Added.IsEmpty || record.ResponseChanges.Removed.Length > 0 || !record.ResponseChanges.Rewritten.IsEmpty;

    /// <summary><c>+Server -X-Powered-By ~Location</c>: added, removed and rewritten.</summary>
    private static string Changes(RequestRecord record)
    {
        if (record.AnsweredHere) return "made here";
        if (!Changed(record)) return "unchanged";
        var changes = record.ResponseChanges;
        return string.Join(' ', [
            .. changes.Added.Keys.Order(StringComparer.OrdinalIgnoreCase).Select(n => $"+{n}"),
            .. changes.Removed.Order(StringComparer.OrdinalIgnoreCase).Select(n => $"-{n}"),
            .. changes.Rewritten.Keys.Order(StringComparer.OrdinalIgnoreCase).Select(n => $"~{n}"),
        ]);
    }

    private double? Milliseconds(long origin, long at) => at == 0 ? null
        : Math.Round((at >= origin ? time.GetElapsedTime(origin, at) : -time.GetElapsedTime(at, origin)).TotalMilliseconds, 3);
}
