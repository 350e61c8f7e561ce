using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Response;

/// <summary>
/// Follows the requests as they end and appends a line for each. Works beside them: a request never waits for it, and what it can't
/// keep up with is lost and counted.
/// </summary>
internal sealed class AccessLogWriter(IJourneyFeed feed, AlbAccessLog format, LogDelivery delivery, AccessLogOptions options, TimeProvider time, ILogger<AccessLogWriter> log)
    : BackgroundService
{
    private readonly LogDestinations destinations = new(LogKind.Access);
    private long notBefore;
    private bool failing;

    /// <summary>Lines that wait in the file's buffer, and requests without one since it failed.</summary>
    private long waiting, unlogged;

    /// <summary>Requests of a busy road that have no line, of which nobody was told yet; and when somebody was.</summary>
    private long passedOver, toldAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is null) return;
        using var file = new AccessLogFile(options);
        var line = new LogLine();
        Action append = () => file.Append(line.Bytes), flush = file.Flush;
        Func<RequestRecord, HandshakeRecord?> handshakeOf = feed.HandshakeOf;

        // What ended before the stop still comes.
        await foreach (var ended in feed.FollowAsync(stoppingToken).WithCancellation(CancellationToken.None))
        {
            if (ended.Missed > 0) AccessLogLog.Missed(log, ended.Missed);
            TellPassedOver(ended.PassedOver, file);
            foreach (var request in ended.Requests)
            {
                // A Network Load Balancer reads no requests, and logs none.
                if (request.Hop != Hop.LoadBalancer) continue;
                line.Clear();
                format.Write(line, request, handshakeOf);
                line.Add('\n');
                if (destinations.Of(request.Generation, request.Downstream.To.Address) is { } destination) delivery.Append(destination, line.Bytes);
                if (time.GetTimestamp() < notBefore)
                {
                    unlogged++;
                    continue;
                }

                waiting++;
                Write(file, append);
            }

            delivery.Flush();
            if (waiting == 0 || !Write(file, flush)) continue;
            if (failing) AccessLogLog.WrittenAgain(log, file.Path, unlogged);
            (failing, waiting, unlogged) = (false, 0, 0);
        }
    }

    /// <summary>Says at once that a busy road's file lacks requests, then once a minute how many.</summary>
    private void TellPassedOver(long count, AccessLogFile file)
    {
        passedOver += count;
        if (passedOver == 0 || (toldAt != 0 && time.GetElapsedTime(toldAt) < options.BusyInterval)) return;
        AccessLogLog.PassedOver(log, file.Path, passedOver);
        (passedOver, toldAt) = (0, time.GetTimestamp());
    }

    private bool Write(AccessLogFile file, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!failing) AccessLogLog.Failed(log, file.Path, Files.WhyNot(e), (int)options.Retry.TotalSeconds);
            notBefore = time.GetTimestamp() + (long)(options.Retry.TotalSeconds * time.TimestampFrequency);
            (failing, unlogged, waiting) = (true, unlogged + waiting, 0);
            Abandon(file);
            return false;
        }
    }

    private static void Abandon(AccessLogFile file)
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // Closing writes what is buffered, and fails for the same reason: those lines are lost.
        }
    }
}
