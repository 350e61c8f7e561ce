using Usher.Doorway.Files.Binding;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.Ack;

/// <summary>A list of attributes as ACK writes it, checked by the table of those that there are.</summary>
internal static class AttributeList
{
    /// <summary>The attributes of an object, checked.</summary>
    internal static IReadOnlyDictionary<string, string> Read(this AttributeTable table, AckManifest manifest, IReadOnlyList<AckAttribute>? written)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < written?.Count; i++)
        {
            var field = $"spec.attributes[{i}]";
            if (written[i] is not { Key: { Length: > 0 } key })
            {
                manifest.Error($"{field}.key", "is required");
            }
            else if (!table.Has(key))
            {
                var near = NearestWord.Of(key, table.Keys) is { } name ? $"did you mean {name}? " : "";
                manifest.Error($"{field}.key", $"found {Found.Quote(key)}; {near}allowed are {string.Join(", ", table.Keys)}");
            }
            else if (written[i].Value is not { } value)
            {
                manifest.Error($"{field}.value", "is required");
            }
            else if (table.Problem(key, value) is { } allowed)
            {
                manifest.Error($"{field}.value", $"{key}: found {Found.Quote(value)}; {allowed}");
            }
            else if (!read.TryAdd(key, value))
            {
                manifest.Error($"{field}.key", $"found {key} a second time");
            }
        }

        return read;
    }
}
