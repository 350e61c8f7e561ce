namespace Usher.Ingress;

/// <summary>A node of a <see cref="PathTrie{T}"/>: the characters of a path from where its parent ends.</summary>
/// <param name="path">A path that begins with all characters up to the end.</param>
/// <param name="start">Where its characters begin.</param>
/// <param name="end">Where they end.</param>
/// <param name="parent">What comes before; null for the root.</param>
internal sealed class PathNode<T>(string path, int start, int end, PathNode<T>? parent) where T : class
{
    /// <summary>For the path that ends here.</summary>
    internal T[] Exact = [];

    /// <summary>For the path that ends here, of a prefix that goes on with a slash.</summary>
    internal T[] Itself = [];

    /// <summary>For every path that begins so.</summary>
    internal T[] Begins = [];

    private char[] firsts = [];
    private PathNode<T>[] children = [];

    internal int End => end;

    internal PathNode<T>? Parent { get; private set; } = parent;

    /// <summary>The child that a path could go on with, or null.</summary>
    internal PathNode<T>? Child(string wanted)
    {
        if (end >= wanted.Length) return null;
        var place = Array.BinarySearch(firsts, wanted[end]);
        return place < 0 ? null : children[place];
    }

    /// <summary>Whether a path that its parent takes has its characters too.</summary>
    internal bool Takes(string wanted) => wanted.AsSpan(start).StartsWith(path.AsSpan(start, end - start), StringComparison.Ordinal);

    /// <summary>How far a path that its parent takes is the same.</summary>
    internal int Common(string wanted) => start + wanted.AsSpan(start).CommonPrefixLength(path.AsSpan(start, end - start));

    /// <summary>Adds a child for a path up to some place.</summary>
    internal PathNode<T> Add(string more, int until)
    {
        var child = new PathNode<T>(more, end, until, this);
        Put(child, more[end]);
        return child;
    }

    /// <summary>Puts a node between this one and its parent, which ends in the middle of this one.</summary>
    internal PathNode<T> Split(int middle)
    {
        var upper = new PathNode<T>(path, start, middle, Parent);
        var rest = new PathNode<T>(path, middle, end, upper) { Exact = Exact, Itself = Itself, Begins = Begins, firsts = firsts, children = children };
        foreach (var child in children) child.Parent = rest;
        upper.Put(rest, path[middle]);
        Parent!.Put(upper, path[start]);
        return upper;
    }

    private void Put(PathNode<T> child, char first)
    {
        var place = Array.BinarySearch(firsts, first);
        if (place >= 0)
        {
            children[place] = child;
            return;
        }

        firsts = [.. firsts[..~place], first, .. firsts[~place..]];
        children = [.. children[..~place], child, .. children[~place..]];
    }
}
