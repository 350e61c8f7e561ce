using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Writes a line for each connection to a Network Load Balancer's TLS listener, where its access log is on, when the connection has ended. Connections to other listeners have none (NLB user guide, Access logs).</summary>
internal sealed class NlbAccessLogWriter(IConnectionFeed feed, IGenerationSource generations, LogDelivery delivery, AccessLogOptions options, TimeProvider time, ILogger<NlbAccessLogWriter> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is null) return;
        var (destinations, format, line) = (new LogDestinations(LogKind.Access), new NlbAccessLog(time), new LogLine());
        await foreach (var ended in feed.FollowSecuredAsync(stoppingToken).WithCancellation(CancellationToken.None))
        {
            if (ended.Missed > 0) AccessLogLog.ConnectionsMissed(log, ended.Missed);
            foreach (var record in ended.Connections)
            {
                // One on which nothing was said is no connection to a client of TLS: a look whether the port is open.
                if (record.Handshake is not { } handshake || handshake is { DoneAt: 0, Outcome: null }) continue;
                if (destinations.Of(generations.Current, record.Downstream.To.Address) is not { } to || ListenerLookup.Find(record.Generation, record.Downstream) is not { } listener) continue;
                line.Clear();
                format.Write(line, record, listener, to.ResourceId, new IPEndPoint(to.Node, listener.Port));
                delivery.Append(to, line.Add('\n').Bytes);
            }

            delivery.Flush();
        }
    }
}
