using System.Runtime.CompilerServices;
using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Pod;

/// <summary>All pods while the controllers decide on them: those of the running generation that aren't gone, those that people wrote, and new ones.</summary>
internal sealed class PodBook
{
    // Which written object a copy was made of: the same one needs no new copy.
    private static readonly ConditionalWeakTable<V1Pod, V1Pod> Sources = [];
    private readonly Dictionary<ResourceKey, PodEntry> byKey = [];
    private readonly Dictionary<(string Kind, string Namespace, string Name), List<PodEntry>> byOwner = [];
    private readonly HashSet<ResourceKey> settled = [];
    private readonly List<Resource<V1Pod>> templates = [];
    private readonly ILookup<ResourceKey, Resource<V1ReplicaSet>> sets;
    private readonly List<Func<V1Pod, V1Pod>> admissions;

    public PodBook(CompileContext context, DesiredState previous, IEnumerable<IPodAdmission> admissions)
    {
        Context = context;
        Previous = previous;
        this.admissions = [.. admissions.Select(a => a.For(context, previous))];
        sets = previous.All<V1ReplicaSet>().Where(s => s.Origin == Origin.Derived)
            .SelectMany(s => s.Value.Metadata.OwnerReferences, (set, owner) => (Set: set, Owner: new ResourceKey("apps", owner.Kind, set.Key.Namespace, owner.Name)))
            .ToLookup(s => s.Owner, s => s.Set);
        foreach (var pod in previous.All<V1Pod>())
        {
            // One that was to go and is no longer seen is gone.
            if (Pods.IsTerminating(pod.Value) && !context.Observed.Pods.ContainsKey(pod.Key)) continue;
            Add(new PodEntry(pod.Key, pod.Value, pod.Origin, pod.Value, context.Observed.Pods.GetValueOrDefault(pod.Key)));
        }
    }

    /// <summary>What somebody wrote, of a copy; null for one that is no copy.</summary>
    public static V1Pod? SourceOf(V1Pod pod) => Sources.TryGetValue(pod, out var source) ? source : null;

    public CompileContext Context { get; }

    public DesiredState Previous { get; }

    public DateTimeOffset Now => Context.Observed.Now;

    /// <summary>All pods, in the order in which they were added.</summary>
    public IEnumerable<PodEntry> All => byKey.Values;

    public PodEntry? Find(ResourceKey key) => byKey.GetValueOrDefault(key);

    /// <summary>The pods that a controller made, terminating ones too.</summary>
    public IReadOnlyList<PodEntry> Of(ResourceKey owner) =>
        byOwner.TryGetValue((owner.Kind, owner.Namespace, owner.Name), out var pods) ? pods : [];

    /// <summary>The ReplicaSets of the running generation that a Deployment made.</summary>
    public IEnumerable<Resource<V1ReplicaSet>> SetsOf(ResourceKey deployment) => sets[deployment];

    /// <summary>Asks for another step at once: the controllers take one at a time.</summary>
    public void Again() => Context.Due.Add(Now);

    /// <summary>How many are available; asks again for when the next one will be.</summary>
    public int Available(IEnumerable<PodEntry> pods, int minReadySeconds)
    {
        var count = 0;
        foreach (var pod in pods)
        {
            if (pod.AvailableAt(minReadySeconds) is not { } at) continue;
            if (at <= Now) count++;
            else Context.Due.Add(at);
        }

        return count;
    }

    /// <summary>Whether an API server wrote it: then what it says of its node and status was so in another cluster.</summary>
    public static bool IsDumped(V1Pod pod) => !string.IsNullOrEmpty(pod.Metadata?.Uid);

    /// <summary>Takes a pod that somebody wrote, as it is. One of its name that still ends comes first.</summary>
    public void Take(Resource<V1Pod> written)
    {
        var elsewhere = IsDumped(written.Value) && !string.IsNullOrEmpty(written.Value.Spec.NodeName) && Context.State.Find<V1Node>("", written.Value.Spec.NodeName) is null;
        if (elsewhere) Context.Warnings.Add(written, "spec.nodeName", $"has no effect: there is no Node \"{written.Value.Spec.NodeName}\", as the pod is of another cluster; it is scheduled anew");
        var had = Find(written.Key);
        if (had is { Terminating: true }) return;
        if (had is not null && had.Origin == Origin.Derived)
        {
            Delete(had);
            return;
        }

        var source = had is not null && Sources.TryGetValue(had.Pod, out var said) ? said : null;
        if (had is not null && ReferenceEquals(source, written.Value))
        {
            had.Wanted = true;
            return;
        }

        if (had is not null) Remove(had);
        // One that says of its spec what it said before is the same pod, and was admitted when it was made. One that has ended goes on as no other.
        var same = source is not null && SafeNames.Canonical(source.Spec) == SafeNames.Canonical(written.Value.Spec);
        if (had is { Finished: true } && !same) had = null;
        var pod = written.Value with
        {
            Metadata = written.Value.Metadata with { CreationTimestamp = had?.Pod.Metadata.CreationTimestamp ?? Context.Observed.Timestamp },
            Spec = written.Value.Spec with { NodeName = elsewhere ? null : written.Value.Spec.NodeName },
            // Where it was is all that counts of how it was.
            Status = written.Value.Status?.PodIP is { Length: > 0 } ip && !elsewhere ? new V1PodStatus { PodIP = ip } : null,
        };
        pod = same ? pod with { Spec = pod.Spec with { ReadinessGates = had!.Pod.Spec.ReadinessGates } } : Admitted(pod);
        Add(new PodEntry(written.Key, pod, written.Origin, had?.Pod, had?.Status) { Wanted = true, Source = written.Value });
    }

    /// <summary>A new pod of a controller, named after it and the first number that is free.</summary>
    public PodEntry Create(ResourceKey owner, V1OwnerReference reference, V1PodTemplateSpec template)
    {
        var (ordinal, attempt) = (0, 0);
        while (true)
        {
            var key = new ResourceKey("", "Pod", owner.Namespace, $"{owner.Name}-{SafeNames.PodSuffix(owner.Short, ordinal, attempt)}");
            if (IsFree(key)) return Create(key, reference, template, $"{owner.Name}-");
            // The next of its numbers; or another name for the number when the name is somebody else's.
            if (Find(key) is { } taken && (taken.Controller?.Kind != reference.Kind || taken.Controller.Name != reference.Name)) attempt++;
            else (ordinal, attempt) = (ordinal + 1, 0);
        }
    }

    /// <summary>Whether no pod has the name, nor is one of that name still seen.</summary>
    public bool IsFree(ResourceKey key) => Find(key) is null && !Context.Observed.Pods.ContainsKey(key);

    /// <summary>A new pod of a controller with a name that it chose.</summary>
    public PodEntry Create(ResourceKey key, V1OwnerReference reference, V1PodTemplateSpec template, string? generateName = null)
    {
        var entry = new PodEntry(key, Admitted(Made(key, reference, template, generateName)), Origin.Derived, had: null, status: null) { Wanted = true };
        Add(entry);
        return entry;
    }

    /// <summary>Asks a pod to stop; one that no node runs, or that has ended, is gone at once.</summary>
    public void Delete(PodEntry pod)
    {
        pod.Wanted = true;
        if (pod.Terminating) return;
        if (pod.Had is null || !pod.Scheduled || pod.Finished)
        {
            Remove(pod);
            return;
        }

        pod.Pod = pod.Pod with
        {
            Metadata = pod.Pod.Metadata with
            {
                DeletionTimestamp = (Context.Observed.Timestamp ?? DateTime.UnixEpoch).AddSeconds(Pods.Grace(pod.Pod)),
                DeletionGracePeriodSeconds = Pods.Grace(pod.Pod),
            },
        };
    }

    /// <summary>Notes a pod that goes on as it was compiled, whatever became of what it was made from.</summary>
    public void Settle(PodEntry pod) => settled.Add(pod.Key);

    /// <summary>Notes a template of which there is no pod yet, so that what is wrong with it is known before there is one.</summary>
    public void Announce(ResourceKey owner, V1OwnerReference reference, V1PodTemplateSpec template)
    {
        var key = new ResourceKey("", "Pod", owner.Namespace, owner.Name);
        templates.Add(new Resource<V1Pod>(key, Made(key, reference, template, null), Origin.Derived));
    }

    /// <summary>Notes a pod that somebody wrote and that isn't run, for the same reason.</summary>
    public void Announce(Resource<V1Pod> written) => templates.Add(written);

    /// <summary>Deletes what nobody wants any more.</summary>
    public void DeleteUnwanted()
    {
        foreach (var pod in byKey.Values.Where(p => !p.Wanted).ToList()) Delete(pod);
    }

    /// <summary>The pods as objects, and what the compiler has to know of them.</summary>
    /// <param name="leftOut">What isn't run at all.</param>
    public IEnumerable<Resource> Resources(IEnumerable<ResourceKey> leftOut)
    {
        foreach (var pod in byKey.Values)
        {
            if (pod.Terminating) settled.Add(pod.Key);
            if (pod.Source is not null) Sources.AddOrUpdate(pod.Pod, pod.Source);
        }

        var carry = PodCarryOver.Of(settled.Where(byKey.ContainsKey), templates, leftOut, Previous);
        return [.. byKey.Values.Select(p => new Resource(p.Key, p.Pod, p.Origin)), .. carry is null ? [] : new[] { carry }];
    }

    private V1Pod Admitted(V1Pod pod) => admissions.Aggregate(pod, (made, admit) => admit(made));

    private V1Pod Made(ResourceKey key, V1OwnerReference reference, V1PodTemplateSpec template, string? generateName) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = ReplicaSets.Made(key, reference, Context.Observed.Timestamp) with { GenerateName = generateName, Labels = template.Metadata?.Labels, Annotations = template.Metadata?.Annotations },
        Spec = template.Spec with { },
    };

    private void Add(PodEntry entry)
    {
        byKey.Add(entry.Key, entry);
        if (entry.Controller is not { } owner) return;
        var key = (owner.Kind, entry.Key.Namespace, owner.Name);
        if (!byOwner.TryGetValue(key, out var pods)) byOwner[key] = pods = [];
        pods.Add(entry);
    }

    private void Remove(PodEntry entry)
    {
        byKey.Remove(entry.Key);
        if (entry.Controller is { } owner) byOwner[(owner.Kind, entry.Key.Namespace, owner.Name)].Remove(entry);
    }
}
