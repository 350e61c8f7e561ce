namespace Usher.Trace;

/// <summary>Wakes those who wait for something to change. Costs one fence and one read when nobody waits.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource? waiters;

    /// <summary>Wakes everybody who waits. Call it after the change is visible.</summary>
    public void Beat()
    {
        // Without the fence the read could pass the change, and a waiter that checked just before would sleep on.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiters) is not null) Interlocked.Exchange(ref waiters, null)?.TrySetResult();
    }

    /// <summary>Ends at the next beat. Take it first, then check, then await it.</summary>
    public Task Next()
    {
        while (true)
        {
            if (Volatile.Read(ref waiters) is { } present) return present.Task;
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Interlocked.CompareExchange(ref waiters, made, null) is null) return made.Task;
        }
    }

    /// <summary>Waits until something holds; checks at each beat.</summary>
    /// <returns>Whether it holds; false when the limit passed.</returns>
    public async Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (holds()) return true;
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            var next = Next();
            if (holds()) return true;
            try
            {
                await next.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return holds();
            }
        }
    }
}
