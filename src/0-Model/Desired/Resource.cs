namespace Usher.Model.Desired;

/// <summary>One object of the desired state with its identity and origin.</summary>
/// <param name="Key">Its identity.</param>
/// <param name="Value">A Kubernetes model (<c>k8s.Models</c>) or an AWS record (<see cref="Usher.Model.Aws"/>); never changed once stored.</param>
/// <param name="Origin">Where it came from.</param>
public sealed record Resource(ResourceKey Key, object Value, Origin Origin)
{
    /// <summary>As <c>metadata.generation</c>: 1 at first, and one more with each change of what it says (of anything but its metadata and status). 1 for what a reconciler made.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>With which change of what people wrote it came: 0 with the first, and for what a reconciler made. It stays when the object is changed.</summary>
    public long Since { get; init; }
}

/// <summary>A <see cref="Resource"/> whose value's type is known.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Key">Its identity.</param>
/// <param name="Value">The object; never changed once stored.</param>
/// <param name="Origin">Where it came from.</param>
public sealed record Resource<T>(ResourceKey Key, T Value, Origin Origin) where T : class
{
    /// <summary>As <see cref="Resource.Generation"/>.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>As <see cref="Resource.Since"/>.</summary>
    public long Since { get; init; }

    /// <summary>The same among those of other types.</summary>
    public Resource Untyped => new(Key, Value, Origin) { Generation = Generation, Since = Since };
}
