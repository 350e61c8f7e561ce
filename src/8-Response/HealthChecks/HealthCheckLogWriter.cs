using Microsoft.Extensions.Hosting;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>Writes a line for each health check that a load balancer makes whose health check log is on.</summary>
internal sealed class HealthCheckLogWriter(IHealthCheckFeed feed, IGenerationSource generations, LogDelivery delivery, AccessLogOptions options) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is null) return;
        var (destinations, line) = (new LogDestinations(LogKind.HealthCheck), new LogLine());
        await foreach (var check in feed.FollowAsync(stoppingToken).WithCancellation(CancellationToken.None))
        {
            if (destinations.Of(generations.Current, check.Node) is not { } to) continue;
            line.Clear();
            AlbHealthCheckLog.Write(line, check);
            delivery.Append(to, line.Add('\n').Bytes);
            delivery.Flush();
        }
    }
}
