using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Usher.Seam;

/// <summary>The links that are open through one relay's front: their ports, and their end when the front stops.</summary>
internal sealed class RelayLinks(TimeProvider time) : IDisposable
{
    private readonly LinkPorts ports = new();
    private readonly CancellationTokenSource aborted = new();
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int pending = 1;
    private int stopped;

    /// <summary>Fires when the time to end is over.</summary>
    internal CancellationToken Aborted => aborted.Token;

    /// <summary>Takes an end for one more link; false when all are in use.</summary>
    internal bool TryTake(IPAddress? source, [NotNullWhen(true)] out IPEndPoint? from)
    {
        from = ports.TryTake(source);
        if (from is not null) Interlocked.Increment(ref pending);
        return from is not null;
    }

    internal void GiveBack(IPEndPoint from)
    {
        ports.GiveBack(from);
        Release();
    }

    /// <summary>Waits this long for the links to end, then cuts those in use.</summary>
    internal async Task StopAsync(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref stopped, 1) == 0) Release();
        try
        {
            await empty.Task.WaitAsync(grace, time);
        }
        catch (TimeoutException)
        {
            await aborted.CancelAsync();
        }
    }

    public void Dispose() => aborted.Dispose();

    private void Release()
    {
        if (Interlocked.Decrement(ref pending) == 0) empty.TrySetResult();
    }
}
