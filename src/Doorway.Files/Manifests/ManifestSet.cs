using Usher.Doorway.Files.Ack;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Manifests;

/// <summary>All objects of a load, and the checks that need all of them.</summary>
/// <param name="errors">Collects all errors.</param>
/// <param name="about">About how many objects there will be.</param>
internal sealed class ManifestSet(ErrorList errors, int about = 0)
{
    private readonly Dictionary<ResourceKey, Manifest> all = new(about, ObjectIndex.ByName.Instance);

    /// <summary>Collects all errors.</summary>
    internal ErrorList Errors { get; } = errors;

    /// <summary>False when a document could not be read: then nothing is said to be missing.</summary>
    internal bool IsComplete { get; set; } = true;

    /// <summary>True when there is no object of a cluster or of AWS.</summary>
    internal bool IsEmpty => all.Values.All(m => m.Kind is null);

    internal void Add(Manifest manifest)
    {
        if (all.TryAdd(manifest.Key, manifest)) return;
        var first = all[manifest.Key].Origin;
        var field = manifest.Kind is null ? "" : "metadata.name";
        Errors.Add(manifest.Key, manifest.Origin, field, $"is defined twice, first at {first.File}:{first.Line}; an object is given once");
    }

    /// <summary>Checks what concerns several objects, and returns those without errors.</summary>
    internal CleanLoad Finish(AwsScope scope, ManifestCache cache)
    {
        if (IsComplete) CheckNamespaces();
        var resources = new List<Resource>(all.Count);
        var ack = new List<Manifest>();
        foreach (var manifest in all.Values)
        {
            if (AckKinds.Has(manifest.Kind)) ack.Add(manifest);
            else if (manifest.Value is not null) resources.Add(manifest.Resource);
        }

        return new CleanLoad(SharedList.Of<Resource>(resources.Concat(cache.Map(ack, scope, Errors, IsComplete))), resources.Count, ack, new ObjectIndex(all.Values));
    }

    private void CheckNamespaces()
    {
        var given = all.Keys.Where(k => ObjectIndex.GivesNamespace(k)).Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
        if (given.Count == 0) return;
        given.UnionWith(ObjectIndex.Initial);
        foreach (var manifest in all.Values.Where(m => m.Kind is { Namespaced: true } && !given.Contains(m.Key.Namespace)))
        {
            var known = string.Join(", ", given.Order(StringComparer.Ordinal));
            Errors.Add(manifest.Key, manifest.Origin, "metadata.namespace",
                $"found {manifest.Key.Namespace}, and no Namespace of that name is given; there are {known}: add it, or mend the name");
        }
    }
}
