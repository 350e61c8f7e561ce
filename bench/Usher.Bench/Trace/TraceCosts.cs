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

    /// <summary>The same of a request that failed, which is kept beside the others too.</summary>
    internal static Cost AddFailed(Effort effort) => new("trace", "add-failed", Meter.OnThread(Add(status: 503), effort));

    /// <summary>A record by itself, which every hop that reads HTTP makes of a request; it is in the cost of that hop's request too.</summary>
    internal static Cost Record(Effort effort)
    {
        var connection = new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40001), new IPEndPoint(IPAddress.Loopback, 8080));
        RequestRecord? made = null;
        var cost = new Cost("trace", "record", Meter.OnThread(() => made = Record(connection), effort));
        GC.KeepAlive(made);
        return cost;
    }

    /// <summary>Adds a record whose connection a relay took.</summary>
    internal static Action Add(int status = 200)
    {
        var log = new JourneyLog(new TraceOptions(), TimeProvider.System, []);
        var relayed = new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40002), new IPEndPoint(IPAddress.Loopback, 30080));
        log.Add(new ConnectionRecord { Generation = Generation.None, Downstream = relayed, AcceptedAt = 1 });
        var record = Record(new ConnectionId(new IPEndPoint(IPAddress.Loopback, 40001), new IPEndPoint(IPAddress.Loopback, 8080)));
        (record.Upstream, record.Status) = (relayed, status);
        return () =>
        {
            record.Via = null;
            log.Add(record);
        };
    }

    private static RequestRecord Record(ConnectionId connection) => new()
    {
        Hop = Hop.LoadBalancer,
        Generation = Generation.None,
        Downstream = connection,
        RequestOnConnection = 1,
        StartedAt = 1,
        StartedOn = DateTimeOffset.UnixEpoch,
        Protocol = "HTTP/1.1",
        Method = "GET",
        Target = "/v1/users",
        Host = "api.example.com",
        EndedAt = 2,
    };
}
