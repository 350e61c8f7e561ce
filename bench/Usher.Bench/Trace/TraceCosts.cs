using System.Net;
using Usher.Bench.Budgets;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Trace;

namespace Usher.Bench.Trace;

/// <summary>Keeping the load balancer's record of a request. The record itself is the request's cost.</summary>
internal static class TraceCosts
{
    internal static Cost Add(Effort effort) => new("trace", "add", Meter.OnThread(Add(), effort));

    /// <summary>Adds a record whose connection a relay took.</summary>
    internal static Action Add()
    {
        var log = new JourneyLog(new TraceOptions(), TimeProvider.System);
        var relayed = new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40002), new IPEndPoint(IPAddress.Loopback, 30080));
        log.Add(new ConnectionRecord { Generation = Generation.None, Downstream = relayed, AcceptedAt = 1 });
        var record = new RequestRecord
        {
            Hop = Hop.LoadBalancer,
            Generation = Generation.None,
            Downstream = new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40001), new IPEndPoint(IPAddress.Loopback, 8080)),
            RequestOnConnection = 1,
            StartedAt = 1,
            StartedOn = DateTimeOffset.UnixEpoch,
            Protocol = "HTTP/1.1",
            Method = "GET",
            Target = "/v1/users",
            Host = "api.example.com",
            Upstream = relayed,
            EndedAt = 2,
        };
        return () =>
        {
            record.Via = null;
            log.Add(record);
        };
    }
}
