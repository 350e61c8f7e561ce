using Microsoft.Extensions.Logging;

namespace Usher.LoadBalancer;

/// <summary>
/// One endpoint's keys, kept up to date in the background. A fetch that fails leaves the last keys in use, however old. However many requests want newer keys, there is one
/// fetch at a time.
/// </summary>
internal sealed class KeySource : IAsyncDisposable
{
    /// <summary>How long keys are kept where the endpoint's Cache-Control says nothing.</summary>
    internal static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Keys are kept for so long at least, whatever Cache-Control says.</summary>
    internal static readonly TimeSpan LeastLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Keys are kept for so long at most, whatever Cache-Control says.</summary>
    internal static readonly TimeSpan MostLifetime = TimeSpan.FromDays(1);

    /// <summary>Requests fetch anew for a key that isn't known, but not sooner than so long after the last fetch.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationToken stopped;
    private readonly KeyFetch fetch;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private Task<bool>? running;
    private long lastEnded;
    private bool everEnded;
    private TimeSpan lifetime;
    private volatile KeySet? keys;
    private volatile string? problem;

    internal KeySource(Uri endpoint, KeyFetch fetch, TimeProvider time, ILogger log) =>
        (Endpoint, this.fetch, this.time, this.log, stopped) = (endpoint, fetch, time, log, stop.Token);

    internal Uri Endpoint { get; }

    /// <summary>The keys of now; null before the first.</summary>
    internal KeySet? Keys => keys;

    /// <summary>Why the last fetch failed; null when it didn't, or there was none.</summary>
    internal string? Problem => problem;

    private Task Loop { get; set; } = Task.CompletedTask;

    /// <summary>Fetches now, and again whenever the keys are too old or couldn't be had.</summary>
    internal void Start() => Loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Loop;
        stop.Dispose();
    }

    /// <summary>Fetches for a request, unless that was done a moment ago; joins a fetch that is under way. True when there are new keys.</summary>
    internal Task<bool> RefreshAsync()
    {
        lock (gate)
        {
            if (running is { IsCompleted: false }) return running;
            if (stopped.IsCancellationRequested || (everEnded && time.GetElapsedTime(lastEnded) < (keys is null ? FirstRetry : Pause))) return Task.FromResult(false);
            // Away from the thread that asks, which may be the sockets'.
            return running = Task.Run(FetchAsync);
        }
    }

    private async Task RunAsync()
    {
        var retry = FirstRetry;
        try
        {
            while (!stopped.IsCancellationRequested)
            {
                Task<bool> fetching;
                lock (gate) fetching = running = running is { IsCompleted: false } ? running : Task.Run(FetchAsync);
                var ok = await fetching;
                await Task.Delay(ok ? lifetime : retry, time, stopped);
                retry = ok ? FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LongestRetry.Ticks));
            }
        }
        catch (OperationCanceledException)
        {
            // No rule asks for these keys any more, or the road stops.
        }
    }

    private async Task<bool> FetchAsync()
    {
        try
        {
            var (fetched, allowed) = await fetch.RunAsync(Endpoint, time.GetUtcNow(), stopped);
            lifetime = TimeSpan.FromTicks(Math.Clamp((allowed ?? UsualLifetime).Ticks, LeastLifetime.Ticks, MostLifetime.Ticks));
            keys = fetched;
            if (problem is not null) log.KeysFetched(Endpoint, fetched.Count);
            problem = null;
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or FormatException or OperationCanceledException or IOException)
        {
            if (stopped.IsCancellationRequested) return false;
            var why = Why(e);
            if (problem is null) log.KeysNotFetched(Endpoint, why);
            problem = why;
            return false;
        }
        finally
        {
            (lastEnded, everEnded) = (time.GetTimestamp(), true);
        }
    }

    private static string Why(Exception e) => e switch
    {
        OperationCanceledException => $"no answer within {KeyFetch.Timeout.TotalSeconds:0} s",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => $"the set has over {KeySet.MaxBytes / 1024} KB",
        HttpRequestException { InnerException: { } inner } => inner.Message,
        _ => e.Message,
    };
}
