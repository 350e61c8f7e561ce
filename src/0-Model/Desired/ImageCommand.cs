namespace Usher.Model.Desired;

/// <summary>Which command stands for an image when pods are processes (<c>images:</c> in <c>usher.yaml</c>).</summary>
public sealed record ImageCommand
{
    /// <summary>The API group of Usher's own objects.</summary>
    public const string Group = "usher";

    /// <summary>The image as pods name it.</summary>
    public required string Image { get; init; }

    /// <summary>Program and arguments; a pod's <c>command</c> is not used with it, its <c>args</c> are appended.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Absolute working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The identity of an image's command.</summary>
    public static ResourceKey KeyOf(string image) => new(Group, "Image", "", image);
}
