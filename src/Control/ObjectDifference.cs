using System.Text.Json.Nodes;

namespace Usher.Control;

/// <summary>A field that differs between two versions of an object.</summary>
/// <param name="Path">Its path, as in errors: <c>spec.rules[0].host</c>.</param>
/// <param name="Was">Its old value as JSON; null where it wasn't there.</param>
/// <param name="Now">Its new value as JSON; null where it is gone.</param>
public sealed record FieldChange(string Path, string? Was, string? Now);

/// <summary>What differs between two versions of an object, field by field. What a Secret holds is never told.</summary>
public static class ObjectDifference
{
    /// <summary>The fields that differ, in the order in which they are written.</summary>
    public static IReadOnlyList<FieldChange> Between(object was, object now)
    {
        ArgumentNullException.ThrowIfNull(was);
        ArgumentNullException.ThrowIfNull(now);
        var found = new List<FieldChange>();
        Compare("", JsonNode.Parse(ObjectText.Of(was)), JsonNode.Parse(ObjectText.Of(now)), found);
        return was is k8s.Models.V1Secret || now is k8s.Models.V1Secret ? [.. found.Select(Unread)] : found;
    }

    /// <summary>Whether two versions say different things.</summary>
    internal static bool Differs(object was, object now) => !ReferenceEquals(was, now) && (was.GetType() != now.GetType() || ObjectText.Of(was) != ObjectText.Of(now));

    private static FieldChange Unread(FieldChange change) => SecretText.Holds(change.Path)
        ? change with { Was = change.Was is null ? null : SecretText.Hidden, Now = change.Now is null ? null : SecretText.Hidden }
        : change;

    private static void Compare(string path, JsonNode? was, JsonNode? now, List<FieldChange> found)
    {
        switch (was, now)
        {
            case (JsonObject old, JsonObject current):
                foreach (var name in old.Select(p => p.Key).Union(current.Select(p => p.Key))) Compare(path.Length == 0 ? name : $"{path}.{name}", old[name], current[name], found);
                break;
            case (JsonArray old, JsonArray current):
                for (var i = 0; i < Math.Max(old.Count, current.Count); i++) Compare($"{path}[{i}]", i < old.Count ? old[i] : null, i < current.Count ? current[i] : null, found);
                break;
            default:
                if (!JsonNode.DeepEquals(was, now)) found.Add(new FieldChange(path, was?.ToJsonString(), now?.ToJsonString()));
                break;
        }
    }
}
