using Usher.Model.Contracts;

namespace Usher.Pod;

/// <summary>Waits for pods to be ready.</summary>
public interface IPodReadiness
{
    /// <summary>
    /// Waits until every pod is ready, or can't become so by waiting: no node takes it, it has ended for good, what it is made from isn't there, nothing opens one of its
    /// readiness gates, or it is being stopped.
    /// </summary>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <returns>The pods that aren't ready, each with the message that says why; none when all are.</returns>
    Task<IReadOnlyList<PodStatus>> WhenSettledAsync(TimeSpan limit, CancellationToken cancellationToken);
}

/// <summary>Waits on the directory.</summary>
internal sealed class PodReadiness(PodDirectory directory, TimeProvider time) : IPodReadiness
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<PodStatus>> WhenSettledAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        WhenSettledAsync(_ => true, limit, cancellationToken);

    /// <summary>The same for some pods.</summary>
    public async Task<IReadOnlyList<PodStatus>> WhenSettledAsync(Func<PodStatus, bool> which, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, cancellationToken);
        // Not disposed of: a handler may still be running after it was taken off.
        var changed = new SemaphoreSlim(0);
        void OnChanged() => changed.Release();
        directory.Changed += OnChanged;
        try
        {
            while (directory.Current.Values.Any(p => which(p) && !Settled(p))) await changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit: those who aren't ready are told below.
        }
        finally
        {
            directory.Changed -= OnChanged;
        }

        return [.. directory.Current.Values.Where(p => which(p) && !p.Ready && !p.Terminating && p.Phase != "Succeeded")
            .OrderBy(p => p.Key.Namespace, StringComparer.Ordinal).ThenBy(p => p.Key.Name, StringComparer.Ordinal)];
    }

    private static bool Settled(PodStatus pod) => pod.Ready || pod.Terminating || (pod is { ContainersReady: true, Blocked: true }) || pod.Phase is "Succeeded" or "Failed"
        || pod.AwaitsObject || (pod.Phase == "Pending" && pod.Reason is "Pending" or "CreateContainerError");
}
