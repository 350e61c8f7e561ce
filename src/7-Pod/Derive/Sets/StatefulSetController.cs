using System.Globalization;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>
/// The StatefulSet controller, a step at a time (<c>updateStatefulSet</c>). Pods are <c>name-0</c>, <c>name-1</c>, …, each with its claims; a pod comes back
/// under its name only when the one before is gone.
/// <list type="number">
/// <item>Make missing pods in order, each when those before it are available (<c>OrderedReady</c>), or all at once (<c>Parallel</c>).</item>
/// <item>Delete pods beyond <c>replicas</c>, the last first, one at a time.</item>
/// <item>Delete pods of an older template, the last first, down to the partition, each when those after it are available again.</item>
/// </list>
/// </summary>
/// <seealso href="https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/"/>
internal sealed class StatefulSetController
{
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    private readonly Resource<V1StatefulSet> set;
    private readonly PodBook book;
    private readonly Revisions revisions;
    private readonly SortedDictionary<int, PodEntry> pods = [];
    private readonly bool ordered;

    private StatefulSetController(Resource<V1StatefulSet> set, PodBook book)
    {
        this.set = set;
        this.book = book;
        revisions = Revisions.Of(set.Key, set.Value.Spec.Template, book);
        // On files alone there is nothing to wait for: all pods are shown.
        ordered = set.Value.Spec.PodManagementPolicy != "Parallel" && book.Context.Observed != Observed.Nothing;
    }

    /// <summary>Takes a step.</summary>
    /// <returns>The revisions to keep.</returns>
    public static IEnumerable<Resource> Sync(Resource<V1StatefulSet> set, PodBook book) =>
        SetChecks.Valid(set, book.Context.Errors) ? new StatefulSetController(set, book).Sync() : [];

    private int Start => set.Value.Spec.Ordinals?.Start ?? 0;

    private int Replicas => set.Value.Spec.Replicas ?? 1;

    private int MinReady => set.Value.Spec.MinReadySeconds ?? 0;

    private int Partition => set.Value.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;

    private bool OnDelete => set.Value.Spec.UpdateStrategy?.Type == "OnDelete";

    private IEnumerable<Resource> Sync()
    {
        foreach (var pod in book.Of(set.Key))
        {
            pod.Wanted = true;
            if (OrdinalOf(pod) is { } ordinal) pods[ordinal] = pod;
        }

        // 1, 2, 3: the first that has something to wait for ends the step.
        if (!OnDelete) _ = Make() && Shrink() && Update();
        else _ = Make() && Shrink();
        if (!book.Of(set.Key).Any(p => Revisions.HashOf(p) == Revisions.HashOf(revisions.Update)))
        {
            book.Announce(set.Key, ReplicaSets.Owner(set.Key), set.Value.Spec.Template);
        }

        var all = book.Of(set.Key);
        foreach (var old in all.Where(p => Revisions.HashOf(p) != Revisions.HashOf(revisions.Update))) book.Settle(old);
        return [.. revisions.Kept(complete: all.Count == Replicas && all.All(p => p.Ready && Revisions.HashOf(p) == Revisions.HashOf(revisions.Update))), .. Claims()];
    }

    // The claims of its pods, as far as nobody wrote them.
    private IEnumerable<Resource> Claims() =>
        from template in set.Value.Spec.VolumeClaimTemplates ?? []
        from pod in book.Of(set.Key)
        let key = new ResourceKey("", "PersistentVolumeClaim", set.Key.Namespace, $"{template.Metadata.Name}-{pod.Key.Name}")
        where book.Context.State.Find(key) is null
        select new Resource(key, book.Previous.Find(key)?.Value ?? template with
        {
            ApiVersion = "v1",
            Kind = "PersistentVolumeClaim",
            Metadata = template.Metadata with { Name = key.Name, NamespaceProperty = key.Namespace, Uid = SafeNames.Uid(key) },
        }, Origin.Derived);

    private bool Make()
    {
        for (var ordinal = Start; ordinal < Start + Replicas; ordinal++)
        {
            var pod = pods.GetValueOrDefault(ordinal);
            // One that ended is made anew.
            if (pod is { Finished: true, Terminating: false })
            {
                book.Delete(pod);
                book.Again();
                return false;
            }

            if (pod is null)
            {
                if (!Create(ordinal)) return false;
                book.Again();
                if (ordered) return false;
            }
            else if (ordered && !IsAvailable(pod))
            {
                return false;
            }
        }

        return true;
    }

    private bool Shrink()
    {
        var beyond = pods.Where(p => p.Key < Start || p.Key >= Start + Replicas).OrderByDescending(p => p.Key).Select(p => p.Value).ToList();
        var unhealthy = pods.Values.FirstOrDefault(p => !p.Ready);
        foreach (var pod in beyond)
        {
            if (pod.Terminating)
            {
                if (ordered) return false;
                continue;
            }

            if (ordered && !IsAvailable(pod) && pod != unhealthy) return false;
            book.Delete(pod);
            book.Again();
            if (ordered) return false;
        }

        return true;
    }

    private bool Update()
    {
        for (var ordinal = Start + Replicas - 1; ordinal >= Math.Max(Start, Partition); ordinal--)
        {
            if (pods.GetValueOrDefault(ordinal) is not { } pod) return false;
            if (!pod.Terminating && Revisions.HashOf(pod) != Revisions.HashOf(revisions.Update))
            {
                book.Delete(pod);
                book.Again();
                return false;
            }

            if (!IsAvailable(pod)) return false;
        }

        return true;
    }

    private bool IsAvailable(PodEntry pod) => book.Available([pod], MinReady) == 1;

    /// <returns>False while another pod has the name.</returns>
    private bool Create(int ordinal)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{set.Key.Name}-{ordinal}");
        var key = new ResourceKey("", "Pod", set.Key.Namespace, name);
        if (!book.IsFree(key)) return false;
        var revision = !OnDelete && ordinal < Partition ? revisions.Current : revisions.Update;
        var template = Revisions.Labelled(Revisions.TemplateOf(revision), Revisions.HashOf(revision),
            KeyValuePair.Create(NameLabel, name), KeyValuePair.Create(IndexLabel, ordinal.ToString(CultureInfo.InvariantCulture)));
        book.Create(key, ReplicaSets.Owner(set.Key), template with
        {
            Spec = template.Spec with
            {
                Hostname = name,
                Subdomain = string.IsNullOrEmpty(set.Value.Spec.ServiceName) ? template.Spec.Subdomain : set.Value.Spec.ServiceName,
                Volumes = Volumes(template.Spec, name),
            },
        }, $"{set.Key.Name}-");
        return true;
    }

    // A claim of each template for each pod: data-web-0. It stays when the pod goes.
    private IList<V1Volume>? Volumes(V1PodSpec spec, string pod)
    {
        var claims = (set.Value.Spec.VolumeClaimTemplates ?? []).Where(c => !string.IsNullOrEmpty(c.Metadata?.Name)).ToList();
        if (claims.Count == 0) return spec.Volumes;
        var names = claims.Select(c => c.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. (spec.Volumes ?? []).Where(v => !names.Contains(v.Name)),
            .. names.Select(n => new V1Volume { Name = n, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = $"{n}-{pod}" } }),
        ];
    }

    private int? OrdinalOf(PodEntry pod) =>
        pod.Key.Name.StartsWith($"{set.Key.Name}-", StringComparison.Ordinal)
        && int.TryParse(pod.Key.Name.AsSpan(set.Key.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) ? ordinal : null;
}
