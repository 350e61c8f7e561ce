using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// The desired state of all doorways together. A doorway replaces and prunes only its own objects; two doorways that claim one
/// object are an error that names both.
/// </summary>
public sealed class ResourceStore
{
    private long changes;
    private readonly Dictionary<string, IReadOnlyList<Resource>> byDoorway = new(StringComparer.Ordinal);

    /// <summary>The state of what is kept.</summary>
    public DesiredState Current { get; private set; } = DesiredState.Empty;

    /// <summary>The state that would result if a doorway's objects were these. Nothing is stored. It shares with <see cref="Current"/> what hasn't changed.</summary>
    public DesiredState Preview(string doorway, IReadOnlyList<Resource> objects, ErrorList errors)
    {
        var before = byDoorway.GetValueOrDefault(doorway) ?? [];
        var (gone, come) = ListDifference.Between(before, objects);
        var stay = come.Select(r => r.Key).ToHashSet();
        var owned = gone.Select(r => r.Key).ToHashSet();
        var put = new List<Resource>();
        foreach (var resource in come)
        {
            if (Current.Find(resource.Key) is not { } other) put.Add(resource.Since == changes ? resource : resource with { Since = changes });
            else if (owned.Contains(resource.Key)) put.Add(ObjectGenerations.After(other, resource));
            else errors.Add(resource.Key, resource.Origin, "metadata.name", $"belongs to the doorway '{other.Origin.Doorway}' already; '{doorway}' can't claim it too");
        }

        return Current.With(put, owned.Where(key => !stay.Contains(key)));
    }

    /// <summary>Keeps a doorway's objects. Called once their state was published.</summary>
    /// <param name="doorway">The doorway.</param>
    /// <param name="objects">Its objects.</param>
    /// <param name="state">What <see cref="Preview"/> made of them.</param>
    public void Keep(string doorway, IReadOnlyList<Resource> objects, DesiredState state)
    {
        byDoorway[doorway] = objects;
        Current = state;
        changes++;
    }
}
