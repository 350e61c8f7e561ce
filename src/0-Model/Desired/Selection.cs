namespace Usher.Model.Desired;

/// <summary>
/// The objects of a type that something takes, in order. It remembers those of the last state that it was asked for, so that of another one only what differs is looked at; what it says depends on the state alone. For several
/// threads.
/// </summary>
/// <typeparam name="T">Their type.</typeparam>
/// <param name="takes">Whether it is one of them; depends on the object alone.</param>
public sealed class Selection<T>(Func<Resource<T>, bool> takes) where T : class
{
    private volatile Selected? last;

    /// <summary>Those of a state.</summary>
    public IReadOnlyList<Resource<T>> Of(DesiredState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var own = last is { } before ? Next(before, state) : [.. state.All<T>().Where(takes)];
        last = new Selected(state, own);
        return own;
    }

    private IReadOnlyList<Resource<T>> Next(Selected before, DesiredState state)
    {
        var (gone, come) = state.Since<T>(before.State);
        var left = gone.Where(takes).ToHashSet<Resource<T>>(ReferenceEqualityComparer.Instance);
        var more = come.Where(takes).ToList();
        if (left.Count == 0 && more.Count == 0) return before.Own;
        return [.. before.Own.Where(one => !left.Contains(one)).Concat(more).OrderBy(one => one.Key, ResourceKey.ByName)];
    }

    private sealed record Selected(DesiredState State, IReadOnlyList<Resource<T>> Own);
}
