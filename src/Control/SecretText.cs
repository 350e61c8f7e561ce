using System.Text.Json.Nodes;

namespace Usher.Control;

/// <summary>What of a Secret is never shown: its values, and the copy of them that kubectl notes with it.</summary>
public static class SecretText
{
    /// <summary>What stands in a value's place.</summary>
    public const string Hidden = "(hidden)";

    private static readonly string[] Fields = ["data", "stringData"];
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Hides the values in a Secret's JSON; which there are stays to be seen.</summary>
    public static void Hide(JsonObject secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        foreach (var field in Fields)
        {
            if (secret[field] is JsonObject held) secret[field] = new JsonObject(held.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Hidden)));
        }

        if (secret["metadata"]?["annotations"] is JsonObject annotations && annotations.ContainsKey(LastApplied)) annotations[LastApplied] = Hidden;
    }

    /// <summary>Whether the field at a path of a Secret is one of those.</summary>
    internal static bool Holds(string path) =>
        Array.Exists(Fields, field => path == field || path.StartsWith($"{field}.", StringComparison.Ordinal)) || path == $"metadata.annotations.{LastApplied}";
}
