namespace Usher.Cli.Metrics;

/// <summary>How many series of one kind are written: whatever a road has, a scrape stays small.</summary>
internal static class BoundedLabels
{
    /// <summary>Target groups, and namespaces, that have series of their own; the others are summed as <see cref="Others"/>.</summary>
    internal const int Groups = 200;

    /// <summary>Targets, pods and certificates that have series of their own.</summary>
    internal const int Each = 500;

    /// <summary>The label of what is summed.</summary>
    internal const string Others = "others";

    /// <summary>The names that have series of their own: the first, in their order.</summary>
    internal static Func<string, string> Grouped(IEnumerable<string> names)
    {
        var own = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(Groups).ToHashSet(StringComparer.Ordinal);
        return name => own.Contains(name) ? name : Others;
    }
}
