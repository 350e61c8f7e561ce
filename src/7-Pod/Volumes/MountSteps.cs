namespace Usher.Pod;

/// <summary>Something to be seen at a path of a container.</summary>
/// <param name="Source">What, on this machine.</param>
/// <param name="Target">Where, in the container; absolute.</param>
/// <param name="ReadOnly">Whether it may be written to.</param>
internal sealed record Bind(string Source, string Target, bool ReadOnly);

/// <summary>
/// How paths get into a mount namespace without a trace on this machine; pure but for the question what exists. A path that is there is mounted over.
/// For one that isn't, its nearest folder gets a writable layer in memory (an overlay), in which the path is made; when that folder is <c>/</c>,
/// the namespace gets a root of its own that has everything of <c>/</c>.
/// </summary>
internal static class MountSteps
{
    /// <summary>Steps of <see cref="MountNamespaces"/>' script, three words each.</summary>
    public static IReadOnlyList<(string Word, string First, string Second)> Of(IReadOnlyList<Bind> binds, Func<string, bool> exists, Func<string, bool> isFolder)
    {
        var before = new List<(string, string, string)>();
        var steps = new List<(string, string, string)>();
        var layered = new HashSet<string>(StringComparer.Ordinal);
        var mounted = new List<string>();

        // Outer ones first, so that one may be within another.
        foreach (var bind in binds.OrderBy(b => b.Target.Split('/').Length))
        {
            var within = mounted.Exists(m => bind.Target.StartsWith(m + "/", StringComparison.Ordinal));
            if (!within && !exists(bind.Target))
            {
                var above = Above(bind.Target, exists);
                if (above == "/") layered.Add("/");
                else if (!layered.Any(l => l != "/" && (above == l || above.StartsWith(l + "/", StringComparison.Ordinal))))
                {
                    layered.Add(above);
                    steps.Add(("layer", above, "-"));
                }
            }

            if (within || !exists(bind.Target)) steps.Add((isFolder(bind.Source) ? "folder" : "file", bind.Target, "-"));
            steps.Add(("bind", bind.Source, bind.Target));
            mounted.Add(bind.Target);
        }

        if (layered.Contains("/")) before.Add(("root", "-", "-"));

        // Last, since what is within may have to be made.
        return [.. before, .. steps, .. binds.Where(b => b.ReadOnly).Select(b => ("readonly", b.Target, "-"))];
    }

    private static string Above(string path, Func<string, bool> exists)
    {
        while (path != "/" && !exists(path)) path = Path.GetDirectoryName(path) ?? "/";
        return path;
    }
}
