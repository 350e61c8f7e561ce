namespace Usher.Pod;

/// <summary>Something to be seen at a path of a container.</summary>
/// <param name="Source">What, on this machine.</param>
/// <param name="Target">Where, in the container; absolute.</param>
/// <param name="ReadOnly">Whether it may be written to.</param>
internal sealed record Bind(string Source, string Target, bool ReadOnly);

/// <summary>
/// How paths get into a mount namespace without a trace on this machine; pure but for the question what exists. The namespace has a root folder of its
/// own, in memory, with everything of <c>/</c> in it. A path that is there is mounted over. For one that isn't, its nearest folder gets a writable
/// layer in memory (an overlay), in which the path is made; <c>/</c> needs none.
/// </summary>
internal static class MountSteps
{
    /// <summary>Steps of <see cref="MountNamespaces"/>' script, three words each.</summary>
    public static IReadOnlyList<(string Word, string First, string Second)> Of(IReadOnlyList<Bind> binds, Func<string, bool> exists, Func<string, bool> isFolder)
    {
        var steps = new List<(string, string, string)>();
        var layered = new List<string>();
        var mounted = new List<string>();

        // Outer ones first, so that one may be within another.
        var ordered = binds.OrderBy(b => b.Target.Split('/').Length).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            var bind = ordered[i];
            var within = mounted.Exists(m => bind.Target.StartsWith(m + "/", StringComparison.Ordinal));
            var above = within ? "/" : Above(bind.Target, exists);
            if (above != "/" && above != bind.Target && !layered.Exists(l => above == l || above.StartsWith(l + "/", StringComparison.Ordinal)))
            {
                layered.Add(above);
                steps.Add(("layer", above, "-"));
            }

            if (above != bind.Target) steps.Add((isFolder(bind.Source) ? "folder" : "file", bind.Target, "-"));
            steps.Add(("bind", Name(i), bind.Target));
            mounted.Add(bind.Target);
        }

        // Read-only last, since what is within may have to be made.
        return [.. ordered.Select((b, i) => ("source", b.Source, Name(i))), .. steps, .. ordered.Where(b => b.ReadOnly).Select(b => ("readonly", b.Target, "-"))];
    }

    private static string Name(int place) => place.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Above(string path, Func<string, bool> exists)
    {
        while (path != "/" && !exists(path)) path = Path.GetDirectoryName(path) ?? "/";
        return path;
    }
}
