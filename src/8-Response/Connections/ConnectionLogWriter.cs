using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>
/// Writes a line for each connection of a client, where its load balancer has the connection log on: with TLS when the handshake is done or has failed, without when the first request ends.
/// </summary>
internal sealed class ConnectionLogWriter(
    IConnectionFeed connections, IJourneyFeed requests, IGenerationSource generations, LogDelivery delivery, AccessLogOptions options, TimeProvider time, ILogger<ConnectionLogWriter> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Directory is null ? Task.CompletedTask : Task.WhenAll(SecuredAsync(stoppingToken), PlainAsync(stoppingToken));

    private async Task SecuredAsync(CancellationToken stoppingToken)
    {
        var (destinations, format, line) = (new LogDestinations(LogKind.Connection), new AlbConnectionLog(time), new LogLine());
        await foreach (var ended in connections.FollowHandshakesAsync(stoppingToken).WithCancellation(CancellationToken.None))
        {
            if (ended.Missed > 0) AccessLogLog.ConnectionsMissed(log, ended.Missed);
            var generation = generations.Current;
            foreach (var handshake in ended.Handshakes.Where(h => h.Hop == Hop.Tls))
            {
                if (destinations.Of(generation, handshake.Connection) is not { } logged) continue;
                line.Clear();
                format.Write(line, handshake, logged.ListenerPort);
                delivery.Append(logged.To, line.Add('\n').Bytes);
            }

            delivery.Flush();
        }
    }

    private async Task PlainAsync(CancellationToken stoppingToken)
    {
        var (destinations, line) = (new LogDestinations(LogKind.Connection), new LogLine());
        await foreach (var ended in requests.FollowAsync(stoppingToken).WithCancellation(CancellationToken.None))
        {
            foreach (var request in ended.Requests)
            {
                if (request is not { Hop: Hop.LoadBalancer, RequestOnConnection: 1, Scheme: "http" } || destinations.Of(request.Generation, request.Downstream) is not { } logged) continue;
                line.Clear();
                AlbConnectionLog.WritePlain(line, request, logged.ListenerPort);
                delivery.Append(logged.To, line.Add('\n').Bytes);
            }

            delivery.Flush();
        }
    }
}
