using System.Text.Json.Nodes;
using Usher.Model.Desired;

namespace Usher.Control;

/// <summary>
/// Counts an object's generations as an API server does (Kubernetes API conventions, metadata: a number for a generation of the desired state): a change of
/// anything but its metadata and its status makes the next one.
/// </summary>
internal static class ObjectGenerations
{
    private static readonly string[] NotDesired = ["metadata", "status"];

    /// <summary>The object with its generation, and since when it is there.</summary>
    /// <param name="before">It as it was; of the same key.</param>
    /// <param name="after">It as it is now.</param>
    internal static Resource After(Resource before, Resource after)
    {
        var generation = SaysTheSame(before.Value, after.Value) ? before.Generation : before.Generation + 1;
        return generation == after.Generation && before.Since == after.Since ? after : after with { Generation = generation, Since = before.Since };
    }

    private static bool SaysTheSame(object before, object after) =>
        ReferenceEquals(before, after) || (before.GetType() == after.GetType() && JsonNode.DeepEquals(Said(before), Said(after)));

    private static JsonNode? Said(object value)
    {
        var said = JsonNode.Parse(ObjectText.Of(value));
        if (said is JsonObject fields)
        {
            foreach (var field in NotDesired) fields.Remove(field);
        }

        return said;
    }
}
