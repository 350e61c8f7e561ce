using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;

namespace Usher.Response;

/// <summary>
/// Follows the requests as they end and appends a line for each. Works beside them: a request never waits for it, and what it can't
/// keep up with is lost and counted.
/// </summary>
internal sealed class AccessLogWriter(IJourneyFeed feed, AlbAccessLog format, AccessLogOptions options, TimeProvider time, ILogger<AccessLogWriter> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is null) return;
        using var file = new AccessLogFile(options);
        var line = new LogLine();
        Action append = () => file.Append(line.Bytes), flush = file.Flush;
        long notBefore = 0;
        await using var requests = feed.FollowAsync(stoppingToken).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            var next = requests.MoveNextAsync();

            // Nothing to do right now: a good moment to hand over what was written.
            if (!next.IsCompleted) Write(file, flush, ref notBefore);
            if (!await next) break;
            var ended = requests.Current;
            if (ended.Missed > 0) AccessLogLog.Missed(log, ended.Missed);
            if (time.GetTimestamp() < notBefore) continue;
            line.Clear();
            format.Write(line, ended.Request, ended.Handshake);
            line.Add('\n');
            Write(file, append, ref notBefore);
        }

        Write(file, flush, ref notBefore);
    }

    private void Write(AccessLogFile file, Action action, ref long notBefore)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AccessLogLog.Failed(log, file.Path, e.Message, options.Retry);
            notBefore = time.GetTimestamp() + (long)(options.Retry.TotalSeconds * time.TimestampFrequency);
            Abandon(file);
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
