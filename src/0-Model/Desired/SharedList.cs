using System.Collections;

namespace Usher.Model.Desired;

/// <summary>Makes lists in parts.</summary>
public static class SharedList
{
    /// <summary>A list of these; themselves when they are one.</summary>
    public static SharedList<T> Of<T>(IEnumerable<T> all) where T : class => all as SharedList<T> ?? new([.. all.Chunk(SharedList<T>.PartLength)]);
}

/// <summary>A list in parts. Immutable. One that follows from another (<see cref="SharedListEdit{T}"/>) shares with it all parts but those that changed, so that it costs by the change and not by the list.</summary>
/// <typeparam name="T">What is in it; told apart by reference.</typeparam>
public sealed class SharedList<T> : IReadOnlyList<T> where T : class
{
    /// <summary>How many are in a part of a list that is made anew; a part is split when it grows to twice that.</summary>
    internal const int PartLength = 128;

    private readonly int[] starts;

    internal SharedList(T[][] parts)
    {
        Parts = parts;
        starts = new int[parts.Length];
        foreach (var (i, part) in parts.Index())
        {
            starts[i] = Count;
            Count += part.Length;
        }
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public T this[int index]
    {
        get
        {
            var part = PartOf(index);
            return Parts[part][index - starts[part]];
        }
    }

    internal static SharedList<T> Nothing { get; } = new([]);

    /// <summary>None is empty.</summary>
    internal T[][] Parts { get; }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        foreach (var part in Parts)
        {
            foreach (var one in part) yield return one;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where something is by reference; -1 when it isn't.</summary>
    public int IndexOf(T wanted)
    {
        for (var i = 0; i < Parts.Length; i++)
        {
            for (var j = 0; j < Parts[i].Length; j++)
            {
                if (ReferenceEquals(Parts[i][j], wanted)) return starts[i] + j;
            }
        }

        return -1;
    }

    /// <summary>How many at the beginning, and behind those at the end, are the same in another list.</summary>
    public (int First, int Last) Same(SharedList<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var shorter = Math.Min(Count, other.Count);
        var (first, part) = (0, 0);
        // Whole parts at once, as far as both have the same.
        for (; part < Parts.Length && part < other.Parts.Length && ReferenceEquals(Parts[part], other.Parts[part]); part++) first += Parts[part].Length;
        while (first < shorter && ReferenceEquals(this[first], other[first])) first++;
        var last = 0;
        for (int i = Parts.Length, j = other.Parts.Length; i-- > part && j-- > part && ReferenceEquals(Parts[i], other.Parts[j]);) last += Parts[i].Length;
        while (last < shorter - first && ReferenceEquals(this[Count - 1 - last], other[other.Count - 1 - last])) last++;
        return (first, Math.Min(last, shorter - first));
    }

    /// <summary>What lies behind some at the beginning and before some at the end.</summary>
    public List<T> Between(int first, int last)
    {
        var between = new List<T>(Count - first - last);
        for (var i = first; i < Count - last; i++) between.Add(this[i]);
        return between;
    }

    /// <summary>The part that has a place; the last one for the place behind all.</summary>
    internal int PartOf(int index)
    {
        var found = Array.BinarySearch(starts, index);
        return found >= 0 ? found : ~found - 1;
    }

    internal int StartOf(int part) => starts[part];
}
