using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>A ReplicaSet while the controllers decide on it, with its pods; a ReplicationController as one. Its object is replaced, never changed.</summary>
internal sealed class ReplicaSetEntry(ResourceKey key, V1ReplicaSet value, PodBook book)
{
    private const string Desired = "deployment.kubernetes.io/desired-replicas";
    private const string Most = "deployment.kubernetes.io/max-replicas";
    private const string Revisions = "deployment.kubernetes.io/revision";

    public ResourceKey Key => key;

    /// <summary>Somebody wrote it; a Deployment made it otherwise.</summary>
    public bool Written { get; init; }

    public V1ReplicaSet Value { get; private set; } = value;

    public IReadOnlyList<PodEntry> Pods => book.Of(key);

    /// <summary>How many pods it is to have.</summary>
    public int Replicas => Value.Spec.Replicas ?? 1;

    /// <summary>What its Deployment wanted when the set was last scaled; null for a set of its own.</summary>
    public int? DesiredReplicas => Number(Desired);

    /// <summary>What its Deployment allowed with its surge when the set was last scaled.</summary>
    public int? MaxReplicas => Number(Most);

    /// <summary>Counts the Deployment's templates.</summary>
    public int Revision => Number(Revisions) ?? 0;

    /// <summary>How many of its pods have been ready for <c>minReadySeconds</c>.</summary>
    public int Available => book.Available(Pods, Value.Spec.MinReadySeconds ?? 0);

    /// <summary>Sets what it is to have, and what that was reckoned from.</summary>
    public void Scale(int replicas, int desired, int most) => Change(replicas, desired, most, Revision, Value.Spec.MinReadySeconds ?? 0);

    /// <summary>Makes it its Deployment's newest.</summary>
    public void Renew(int revision, int minReadySeconds) => Change(Replicas, DesiredReplicas, MaxReplicas, revision, minReadySeconds);

    private void Change(int replicas, int? desired, int? most, int revision, int minReadySeconds)
    {
        if ((replicas, desired, most, revision, minReadySeconds) == (Replicas, DesiredReplicas, MaxReplicas, Revision, Value.Spec.MinReadySeconds ?? 0)) return;
        var annotations = new Dictionary<string, string>(Value.Metadata.Annotations ?? new Dictionary<string, string>());
        Write(Desired, desired);
        Write(Most, most);
        Write(Revisions, revision);
        Value = Value with
        {
            Metadata = Value.Metadata with { Annotations = annotations },
            Spec = Value.Spec with { Replicas = replicas, MinReadySeconds = minReadySeconds },
        };

        void Write(string name, int? number)
        {
            if (number is { } n) annotations[name] = n.ToString(CultureInfo.InvariantCulture);
        }
    }

    private int? Number(string name) =>
        Value.Metadata.Annotations?.TryGetValue(name, out var text) == true && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
