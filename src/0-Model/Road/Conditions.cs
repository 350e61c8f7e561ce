using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>One condition of an object's status, as <c>metav1.Condition</c> has it (Kubernetes API conventions, Typical status properties).</summary>
/// <param name="Type">What it is about: <c>Accepted</c>.</param>
/// <param name="Holds">Whether it holds; null for <c>Unknown</c>.</param>
/// <param name="Reason">Why, in one word: <c>NoMatchingListenerHostname</c>.</param>
/// <param name="Message">Why, for people.</param>
public sealed record Condition(string Type, bool? Holds, string Reason, string Message)
{
    /// <summary>Since when its status is this; of a road that isn't running, the time of nothing.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status => Holds switch { true => "True", false => "False", _ => "Unknown" };
}

/// <summary>What a controller says of an object, or of one part of it.</summary>
/// <param name="Key">The object.</param>
/// <param name="Part">The part: <c>listener http</c>, <c>parent shop/edge</c>; empty for the object itself.</param>
/// <param name="ObservedGeneration">The object's <c>metadata.generation</c> that this is said of.</param>
/// <param name="Conditions">The conditions.</param>
public sealed record ObjectStatus(ResourceKey Key, string Part, long ObservedGeneration, IReadOnlyList<Condition> Conditions)
{
    /// <summary>What else its status says, by field: <c>attachedRoutes</c>, <c>addresses</c>, <c>supportedKinds</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];
}

/// <summary>Who writes status: read by the commands.</summary>
public interface IStatusReports
{
    /// <summary>Every status of a generation, ordered by kind, namespace and name, an object before its parts.</summary>
    IEnumerable<ObjectStatus> All(Generation generation);
}
