using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// Lets the controllers go on whenever there may be reason to: the pods changed, or a time came that one of them asked for.
/// Changes are collected, so that many make one step. A step that fails leaves the road as it is, is told once, and is tried again after a
/// while that doubles from 1 s to 30 s.
/// </summary>
public sealed partial class ReconcileLoop(TimeProvider time, ILogger<ReconcileLoop> logger) : IDisposable
{
    /// <summary>The least time between two steps.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostBackOff = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPodDirectory? watched;
    private Task running = Task.CompletedTask;
    private bool begun;
    private string told = "";

    /// <summary>Begins, or takes a step soon when it has begun already.</summary>
    /// <param name="step">Takes a step, and says when the next is due though nothing changes; what is wrong goes to the list.</param>
    /// <param name="pods">Whose changes are followed.</param>
    internal void Begin(Func<ErrorList, CancellationToken, Task<DateTimeOffset?>> step, IPodDirectory? pods)
    {
        lock (gate)
        {
            changed.TrySetResult();
            applied.TrySetResult();
            if (begun || stop.IsCancellationRequested) return;
            begun = true;
            watched = pods;
            if (pods is not null) pods.Changed += OnChanged;
            running = Task.Run(() => RunAsync(step, stop.Token));
        }
    }

    /// <summary>Ends for good; returns when no step is under way.</summary>
    internal async Task StopAsync()
    {
        Task last;
        lock (gate)
        {
            stop.Cancel();
            if (watched is not null) watched.Changed -= OnChanged;
            watched = null;
            last = running;
        }

        await last;
    }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private void OnChanged()
    {
        lock (gate) changed.TrySetResult();
    }

    private async Task RunAsync(Func<ErrorList, CancellationToken, Task<DateTimeOffset?>> step, CancellationToken cancellationToken)
    {
        var backOff = TimeSpan.Zero;
        try
        {
            while (true)
            {
                lock (gate)
                {
                    changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                var errors = new ErrorList();
                var due = await StepAsync(step, errors, cancellationToken);
                Tell(errors);
                backOff = errors.IsEmpty ? TimeSpan.Zero : backOff == TimeSpan.Zero ? FirstBackOff : Min(backOff * 2, MostBackOff);
                await Task.Delay(Interval, time, cancellationToken);

                // What somebody applies may mend it.
                if (backOff > TimeSpan.Zero) await AnyAsync(applied.Task, backOff, cancellationToken);
                else await AnyAsync(changed.Task, due is { } at ? at - time.GetUtcNow() : Timeout.InfiniteTimeSpan, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static async Task<DateTimeOffset?> StepAsync(
        Func<ErrorList, CancellationToken, Task<DateTimeOffset?>> step, ErrorList errors, CancellationToken cancellationToken)
    {
        try
        {
            return await step(errors, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, the running generation goes on, and so does the loop.
            errors.Add(new ConfigError(null, 0, "", "", e.Message));
            return null;
        }
    }

    /// <summary>Waits for a reason, but no longer than a while.</summary>
    private async Task AnyAsync(Task reason, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit <= TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan) return;
        try
        {
            // Timers take no more than 49 days.
            await reason.WaitAsync(Min(limit, TimeSpan.FromDays(1)), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // It is time.
        }
    }

    private void Tell(ErrorList errors)
    {
        var text = string.Join('\n', errors.All);
        if (text == told) return;
        told = text;
        foreach (var error in errors.All) CannotGoOn(logger, error);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(9001, LogLevel.Warning, "The controllers can't go on, and it is tried again: {Error}")]
    private static partial void CannotGoOn(ILogger logger, ConfigError error);
}
