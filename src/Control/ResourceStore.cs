using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// The desired state of all doorways together. A doorway replaces and prunes only its own objects; two doorways that claim one
/// object are an error that names both.
/// </summary>
public sealed class ResourceStore
{
    private readonly Dictionary<string, IReadOnlyList<Resource>> byDoorway = new(StringComparer.Ordinal);

    /// <summary>The state of what is kept.</summary>
    public DesiredState Current { get; private set; } = DesiredState.Empty;

    /// <summary>The state that would result if a doorway's objects were these. Nothing is stored.</summary>
    public DesiredState Preview(string doorway, IReadOnlyList<Resource> objects, ErrorList errors)
    {
        var merged = new Dictionary<ResourceKey, Resource>();
        foreach (var resource in byDoorway.Where(pair => pair.Key != doorway).SelectMany(pair => pair.Value)) merged[resource.Key] = resource;
        foreach (var resource in objects)
        {
            if (merged.TryAdd(resource.Key, resource)) continue;
            errors.Add(resource.Key, resource.Origin, "metadata.name",
                $"belongs to the doorway '{merged[resource.Key].Origin.Doorway}' already; '{doorway}' can't claim it too");
        }

        return new DesiredState(merged.Values);
    }

    /// <summary>Keeps a doorway's objects. Called once their state was published.</summary>
    public void Keep(string doorway, IReadOnlyList<Resource> objects)
    {
        byDoorway[doorway] = objects;
        Current = new DesiredState(byDoorway.Values.SelectMany(kept => kept));
    }
}
