namespace Usher.Trace;

/// <summary>Work that is done in the background, again and again until it is stopped.</summary>
/// <param name="period">How often.</param>
/// <param name="time">The clock.</param>
/// <param name="work">The work. Cancelled, it may end at once: what it leaves is for whoever stops it.</param>
public sealed class BackgroundLoop(TimeSpan period, TimeProvider time, Func<CancellationToken, Task> work) : IAsyncDisposable
{
    /// <summary>The same of work that doesn't wait.</summary>
    public BackgroundLoop(TimeSpan period, TimeProvider time, Action work)
        : this(period, time, _ =>
        {
            work();
            return Task.CompletedTask;
        })
    {
    }

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private Task? running;
    private int disposed;

    /// <summary>Begins. Once.</summary>
    /// <param name="first">What is to be done before.</param>
    public void Start(Action? first = null)
    {
        lock (gate)
        {
            if (running is not null) return;
            first?.Invoke();
            running = Task.Run(RunAsync);
        }
    }

    /// <summary>Stops it, and waits for its end.</summary>
    /// <returns>False where there is nothing to stop: it never began, or was stopped before.</returns>
    public async Task<bool> StopAsync()
    {
        Task? last;
        lock (gate) last = running;
        if (last is null || stopping.IsCancellationRequested) return false;
        await stopping.CancelAsync();
        await last;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await stopping.CancelAsync();
        if (running is not null) await running;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token)) await work(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The rest is for the stop.
        }
    }
}
