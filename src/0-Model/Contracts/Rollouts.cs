using Usher.Model.Desired;

namespace Usher.Model.Contracts;

/// <summary>How far a workload is, as <c>kubectl rollout status</c> tells it.</summary>
/// <param name="Key">The Deployment, ReplicaSet (one that somebody wrote), ReplicationController, StatefulSet, DaemonSet or Job.</param>
/// <param name="Done">All of its pods are of the newest template and available, a ReplicaSet's and ReplicationController's of any; a Job has ended well.</param>
/// <param name="Failed">It doesn't get on: the progress deadline has passed, or the Job has failed. A Deployment may still recover.</param>
/// <param name="Message">In kubectl's words: <c>2 out of 4 new replicas have been updated</c>.</param>
/// <param name="Desired">How many pods it wants.</param>
/// <param name="Updated">How many are of the newest template.</param>
/// <param name="Ready">How many are ready, of any template.</param>
/// <param name="Available">How many have been ready for <c>minReadySeconds</c>, of any template.</param>
public sealed record RolloutStatus(ResourceKey Key, bool Done, bool Failed, string Message, int Desired, int Updated, int Ready, int Available);

/// <summary>Tells how far workloads are; answered by the pods' hop.</summary>
public interface IRollouts
{
    /// <summary>Every workload of the running generation now, by namespace, kind and name.</summary>
    IReadOnlyList<RolloutStatus> Current { get; }

    /// <summary>Waits until every workload is done or has failed.</summary>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <returns>Those that aren't done; none when all are.</returns>
    Task<IReadOnlyList<RolloutStatus>> WhenDoneAsync(TimeSpan limit, CancellationToken cancellationToken);
}
