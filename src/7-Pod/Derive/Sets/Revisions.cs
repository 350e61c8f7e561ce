using k8s.Models;
using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>
/// The templates of a StatefulSet that still count, as ControllerRevisions: the one that its pods are updated to, and the one that they had when
/// everything was last up to date, which pods below the partition are made of.
/// </summary>
internal sealed class Revisions
{
    public const string Label = "controller-revision-hash";

    private Revisions(Resource<V1ControllerRevision> current, Resource<V1ControllerRevision> update)
    {
        Current = current;
        Update = update;
    }

    /// <summary>What all pods had when the last update was complete.</summary>
    public Resource<V1ControllerRevision> Current { get; }

    /// <summary>What the set says now.</summary>
    public Resource<V1ControllerRevision> Update { get; }

    /// <summary>Those to keep: the update's alone once it is complete.</summary>
    public IEnumerable<Resource> Kept(bool complete) => complete || Current.Key == Update.Key
        ? [new Resource(Update.Key, Update.Value, Origin.Derived)]
        : [new Resource(Current.Key, Current.Value, Origin.Derived), new Resource(Update.Key, Update.Value, Origin.Derived)];

    /// <summary>The revisions of a set with this template.</summary>
    public static Revisions Of(ResourceKey set, V1PodTemplateSpec template, PodBook book)
    {
        var known = book.Previous.All<V1ControllerRevision>()
            .Where(r => r.Origin == Origin.Derived && r.Key.Namespace == set.Namespace
                && r.Value.Metadata.OwnerReferences?.Any(o => o.Kind == set.Kind && o.Name == set.Name) == true)
            .OrderBy(r => r.Value.Revision).ToList();
        var hash = SafeNames.TemplateHash(template, book.Context.State);
        var key = KeyOf(set, hash);
        var update = known.Find(r => r.Key == key) ?? new Resource<V1ControllerRevision>(key, new V1ControllerRevision
        {
            ApiVersion = "apps/v1",
            Kind = "ControllerRevision",
            Metadata = ReplicaSets.Made(key, ReplicaSets.Owner(set), book.Context.Observed.Timestamp) with { Labels = new Dictionary<string, string> { [Label] = hash } },
            Data = template,
            Revision = 1 + (known.Count > 0 ? known[^1].Value.Revision : 0),
        }, Origin.Derived);

        // An older one that comes back is the newest again.
        var current = known.Count > 0 ? known[0] : update;
        if (known.Count > 0 && known[^1].Value.Revision > update.Value.Revision)
        {
            update = update with { Value = update.Value with { Revision = known[^1].Value.Revision + 1 } };
            if (current.Key == update.Key) current = update;
        }

        return new Revisions(current, update);
    }

    /// <summary>The template of a revision.</summary>
    public static V1PodTemplateSpec TemplateOf(Resource<V1ControllerRevision> revision) => (V1PodTemplateSpec)revision.Value.Data;

    /// <summary>The value of the label that names a revision.</summary>
    public static string HashOf(Resource<V1ControllerRevision> revision) => revision.Value.Metadata.Labels[Label];

    /// <summary>The revision that a pod is of; empty for none.</summary>
    public static string HashOf(PodEntry pod) => pod.Pod.Metadata.Labels?.TryGetValue(Label, out var hash) == true ? hash : "";

    /// <summary>A template with the label of its revision.</summary>
    public static V1PodTemplateSpec Labelled(V1PodTemplateSpec template, string hash, params IEnumerable<KeyValuePair<string, string>> more)
    {
        var labels = new Dictionary<string, string>(template.Metadata?.Labels ?? new Dictionary<string, string>()) { [Label] = hash };
        foreach (var (name, value) in more) labels[name] = value;
        return template with { Metadata = (template.Metadata ?? new V1ObjectMeta()) with { Labels = labels } };
    }

    private static ResourceKey KeyOf(ResourceKey set, string hash) => new("apps", "ControllerRevision", set.Namespace, $"{set.Name}-{hash}");
}
