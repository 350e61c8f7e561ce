using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Usher.Trace.Har;

/// <summary>An HTTP archive (HAR 1.2), as developer tools and proxies import it.</summary>
public static class HarLog
{
    // Read by programs and people, never a part of a page: an arrow stays an arrow.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The archive of some entries.</summary>
    public static JsonObject Of(params IEnumerable<JsonObject> entries) => new()
    {
        ["log"] = new JsonObject
        {
            ["version"] = "1.2",
            ["creator"] = Creator(),
            ["pages"] = new JsonArray(),
            ["entries"] = new JsonArray([.. entries.Select(e => (JsonNode)e)]),
        },
    };

    /// <summary>Who writes it.</summary>
    public static JsonObject Creator() => new() { ["name"] = "usher", ["version"] = UsherVersion.Text };

    /// <summary>The archive as text.</summary>
    public static string Text(JsonObject archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return archive.ToJsonString(Indented) + "\n";
    }
}
