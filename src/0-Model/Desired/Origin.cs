namespace Usher.Model.Desired;

/// <summary>Where an object came from: its doorway and, for files, the line of every field.</summary>
/// <param name="Doorway">The doorway that owns the object; it alone prunes it. <see cref="Derived"/> for what a reconciler made.</param>
/// <param name="File">The file as the person named it; null when the object came from no file.</param>
/// <param name="Line">First line of the object in <paramref name="File"/>, from 1; 0 without a file.</param>
/// <param name="FieldLines">Line of each field by its path (<c>spec.rules[0].host</c>), compared without case.</param>
public sealed record Origin(string Doorway, string? File = null, int Line = 0, IReadOnlyDictionary<string, int>? FieldLines = null)
{
    /// <summary>The origin of objects that reconcilers derive (ReplicaSets, Pods).</summary>
    public static Origin Derived { get; } = new("derived");

    /// <summary>Whether a controller made the object.</summary>
    public bool IsDerived => Doorway == Derived.Doorway;

    /// <summary>The line of a field, or of its nearest written ancestor.</summary>
    public int LineOf(string field)
    {
        for (var path = field; FieldLines is not null && path.Length > 0; path = Parent(path))
        {
            if (FieldLines.TryGetValue(path, out var line)) return line;
        }

        return Line;
    }

    /// <summary>The place of a field as it follows an object's name, <c> (cluster.yaml:7)</c>; empty without a file.</summary>
    public string Place(string field) => File is null ? "" : $" ({File}:{LineOf(field)})";

    private static string Parent(string path) => path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
}
