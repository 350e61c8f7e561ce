namespace Usher.Ingress;

/// <summary>The values whose paths take a request's, from the most specific to the least. For <c>foreach</c>; it allocates nothing.</summary>
/// <typeparam name="T">What a path leads to.</typeparam>
internal struct PathMatches<T> where T : class
{
    private PathNode<T>? node;
    private T[] values;
    private Kind kind;
    private int next;

    /// <param name="node">The last node whose characters the path has.</param>
    /// <param name="length">The path's length.</param>
    internal PathMatches(PathNode<T> node, int length)
    {
        this.node = node;
        // Only where the path ends is there something for it alone.
        (kind, values) = node.End == length ? (Kind.Exact, node.Exact) : (Kind.Begins, node.Begins);
    }

    private enum Kind : byte
    {
        Exact,
        Itself,
        Begins,
    }

    /// <summary>The value that is looked at.</summary>
    public T Current { get; private set; } = null!;

    public readonly PathMatches<T> GetEnumerator() => this;

    /// <summary>Goes on to the next value; false when there is none.</summary>
    public bool MoveNext()
    {
        while (node is not null)
        {
            if (next < values.Length)
            {
                Current = values[next++];
                return true;
            }

            next = 0;
            if (kind == Kind.Begins) node = node.Parent;
            (kind, values) = kind == Kind.Exact ? (Kind.Itself, node!.Itself) : (Kind.Begins, node?.Begins ?? []);
        }

        return false;
    }
}
