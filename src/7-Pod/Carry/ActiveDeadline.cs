namespace Usher.Pod;

/// <summary>How long a pod may be active (<c>pkg/kubelet/active_deadline.go</c>).</summary>
internal static class ActiveDeadline
{
    /// <summary>Waits until it was active for <c>activeDeadlineSeconds</c>; for a pod without, or that ends before, for nothing.</summary>
    /// <param name="plan">The pod.</param>
    /// <param name="ending">Ends when the pod is being ended.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Whether the time is over.</returns>
    public static async Task<bool> PassedAsync(PodPlan plan, Task ending, TimeProvider time)
    {
        if (plan.Pod.Spec.ActiveDeadlineSeconds is not { } seconds) return false;
        using var waited = new CancellationTokenSource();
        await Task.WhenAny(ending, Task.Delay(Spans.Seconds(seconds), time, waited.Token));
        await waited.CancelAsync();
        return !ending.IsCompleted;
    }
}
