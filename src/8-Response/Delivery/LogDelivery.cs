using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Usher.Response;

/// <summary>
/// Delivers load balancers' logs every five minutes as compressed files, as ELB does to a bucket; the buckets are folders here. What is left is delivered when the road stops,
/// and what a kill left when the next one starts.
/// </summary>
internal sealed class LogDelivery(AccessLogOptions options, TimeProvider time, ILogger<LogDelivery> log) : BackgroundService
{
    private const string Random = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Lock taking = new();
    private readonly Dictionary<LogDestination, LogPart> parts = [];
    private readonly List<string> finished = [];
    private long notBefore;
    private bool failing;

    private string Root => Path.Combine(options.Directory!, "s3");

    /// <summary>Appends a line, its end included, to the file of the interval.</summary>
    public void Append(LogDestination to, ReadOnlySpan<byte> line)
    {
        lock (taking)
        {
            if (time.GetTimestamp() < notBefore) return;
            try
            {
                PartOf(to).Append(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Failed(e);
            }
        }
    }

    /// <summary>Hands everything appended to the system.</summary>
    public void Flush()
    {
        lock (taking)
        {
            try
            {
                foreach (var part in parts.Values) part.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Failed(e);
            }
        }
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is appended: a file that is begun later isn't left over.
        if (options.Directory is not null)
        {
            lock (taking) finished.AddRange(LogPart.Left(Root));
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await DeliverAsync(DateTimeOffset.MaxValue, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Directory is null) return;
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                var done = await DeliverAsync(now, stoppingToken);
                await Task.Delay(done ? EndOf(now) - now : options.Retry, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The rest is delivered by StopAsync.
        }
    }

    /// <summary>Delivers what ended until a moment; false when some of it couldn't be.</summary>
    private async Task<bool> DeliverAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        string[] due;
        lock (taking)
        {
            foreach (var (to, part) in parts.Where(p => p.Value.End <= until).ToList()) Finish(to, part);
            due = [.. finished];
        }

        foreach (var part in due)
        {
            try
            {
                await LogPart.DeliverAsync(part, cancellationToken);
                lock (taking) finished.Remove(part);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                lock (taking) Failed(e);
                return false;
            }
        }

        if (failing && due.Length > 0) AccessLogLog.DeliveredAgain(log, Root);
        if (due.Length > 0) failing = false;
        return true;
    }

    private LogPart PartOf(LogDestination to)
    {
        var now = time.GetUtcNow();
        if (parts.TryGetValue(to, out var part))
        {
            if (part.End > now && part.Length < options.FileBytes) return part;
            Finish(to, part);
        }

        var end = EndOf(now);
        var name = to.FileName(end, RandomNumberGenerator.GetString(Random, 8));
        return parts[to] = LogPart.Begin(Path.Combine(Root, to.Folder(end)), name, end);
    }

    private void Finish(LogDestination to, LogPart part)
    {
        parts.Remove(to);
        finished.Add(part.Path);
        try
        {
            part.Dispose();
        }
        catch (IOException e)
        {
            // Closing writes what is buffered; what was written before is delivered.
            Failed(e);
        }
    }

    private void Failed(Exception e)
    {
        if (!failing) AccessLogLog.DeliveryFailed(log, Root, Files.WhyNot(e), (int)options.Retry.TotalSeconds);
        failing = true;
        notBefore = time.GetTimestamp() + (long)(options.Retry.TotalSeconds * time.TimestampFrequency);
    }

    private DateTimeOffset EndOf(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % options.DeliveryInterval.Ticks) + options.DeliveryInterval.Ticks, TimeSpan.Zero);
}
