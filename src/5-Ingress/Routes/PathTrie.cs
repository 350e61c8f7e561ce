namespace Usher.Ingress;

/// <summary>
/// Values by paths: those whose path takes a request's, from the most specific on, in time that grows with the length of the request's path and not with the number of paths.
/// Characters that paths begin alike with are shared; each is compared once. Filled by one thread, then read by any.
/// </summary>
/// <typeparam name="T">What a path leads to.</typeparam>
internal sealed class PathTrie<T> where T : class
{
    private readonly PathNode<T> root = new("", 0, 0, null);

    /// <summary>Adds a path that takes only itself.</summary>
    internal void AddExact(string path, T value)
    {
        ref var exact = ref NodeOf(path).Exact;
        exact = [.. exact, value];
    }

    /// <summary>Adds a path that takes itself and what follows it after a slash, element by element; a final slash is no part of it, and <c>/</c> takes everything.</summary>
    internal void AddPrefix(string path, T value)
    {
        path = path.TrimEnd('/');
        ref var itself = ref NodeOf(path).Itself;
        itself = [.. itself, value];
        AddCharacters(path + "/", value);
    }

    /// <summary>Adds a path that takes all that begins with its characters.</summary>
    internal void AddCharacters(string path, T value)
    {
        ref var begins = ref NodeOf(path).Begins;
        begins = [.. begins, value];
    }

    /// <summary>
    /// The values of the paths that take this one. An exact path comes first, then what an element-wise prefix has for its own path, then the longer before the shorter;
    /// those of the same path and kind come in the order in which they were added, which is the caller's precedence.
    /// </summary>
    internal PathMatches<T> Find(string path)
    {
        var node = root;
        while (node.Child(path) is { } child && child.Takes(path)) node = child;
        return new PathMatches<T>(node, path.Length);
    }

    /// <summary>The node of a path, made when there is none.</summary>
    private PathNode<T> NodeOf(string path)
    {
        var node = root;
        while (node.End < path.Length)
        {
            if (node.Child(path) is not { } child) return node.Add(path, path.Length);
            var common = child.Common(path);
            node = common == child.End ? child : child.Split(common);
        }

        return node;
    }
}
