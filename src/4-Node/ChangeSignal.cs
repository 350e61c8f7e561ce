using System.Threading.Channels;

namespace Usher.Node;

/// <summary>
/// Runs one piece of work after changes: raising never waits, changes that come while it runs are taken together, and work that failed is tried again
/// after a second.
/// </summary>
internal sealed class ChangeSignal : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    /// <summary>Starts to wait for changes.</summary>
    /// <param name="work">Returns false when it wants to be run again later.</param>
    /// <param name="time">The clock.</param>
    public ChangeSignal(Func<CancellationToken, Task<bool>> work, TimeProvider time) => running = RunAsync(work, time, stopping.Token);

    /// <summary>Something changed.</summary>
    public void Raise() => changes.Writer.TryWrite(true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        changes.Writer.TryComplete();
        if (!stopping.IsCancellationRequested) await stopping.CancelAsync();
        await running;
    }

    private async Task RunAsync(Func<CancellationToken, Task<bool>> work, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var wait = changes.Reader.WaitToReadAsync(cancellationToken).AsTask();
            while (await wait)
            {
                changes.Reader.TryRead(out _);
                var fine = await work(cancellationToken);
                wait = changes.Reader.WaitToReadAsync(cancellationToken).AsTask();
                if (fine) continue;
                await Task.WhenAny(wait, Task.Delay(Again, time, cancellationToken));
                Raise();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
