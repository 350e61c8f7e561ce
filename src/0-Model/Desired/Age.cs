using k8s.Models;

namespace Usher.Model.Desired;

/// <summary>
/// How old an object is, where controllers let the older of two win. An API server stamps an object when it is made; manifests mostly have no such stamp, and what comes to a road
/// that runs already is younger than what is on it.
/// </summary>
/// <param name="Created">The <c>creationTimestamp</c> that is written (as in <c>kubectl get -o yaml</c>), in UTC; the end of time where none is: such an object is as new as it can be.</param>
/// <param name="Since">Of those without: with which change it came (<see cref="Resource.Since"/>).</param>
public readonly record struct Age(DateTime Created, long Since) : IComparable<Age>
{
    /// <summary>Of what nobody knows anything.</summary>
    public static Age Unknown { get; } = new(DateTime.MaxValue, 0);

    /// <summary>Whether a <c>creationTimestamp</c> is written.</summary>
    public bool IsWritten => Created != DateTime.MaxValue;

    /// <summary>The age of an object.</summary>
    public static Age Of<T>(Resource<T> resource) where T : class, IMetadata<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Value.Metadata?.CreationTimestamp is { } at ? new Age(at.ToUniversalTime(), 0) : Unknown with { Since = resource.Since };
    }

    /// <summary>The older first.</summary>
    public static bool operator <(Age one, Age other) => one.CompareTo(other) < 0;

    /// <summary>The younger first.</summary>
    public static bool operator >(Age one, Age other) => one.CompareTo(other) > 0;

    /// <summary>Not the younger.</summary>
    public static bool operator <=(Age one, Age other) => one.CompareTo(other) <= 0;

    /// <summary>Not the older.</summary>
    public static bool operator >=(Age one, Age other) => one.CompareTo(other) >= 0;

    /// <inheritdoc/>
    public int CompareTo(Age other) => Created.CompareTo(other.Created) is not 0 and var order ? order : Since.CompareTo(other.Since);

    /// <summary>Why the older of two comes first, for people.</summary>
    public static string Why(Age older, Age younger) =>
        older.Created == younger.Created ? "it was on the road before the other came"
        : FormattableString.Invariant($"it is the older one ({older.At} before {younger.At})");

    private string At => IsWritten ? FormattableString.Invariant($"{Created:u}") : "no creationTimestamp";
}
