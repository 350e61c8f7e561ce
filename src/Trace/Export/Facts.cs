using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Usher.Trace.Export;

/// <summary>Reads a hop's facts, and collects attributes.</summary>
internal static class Facts
{
    /// <summary>A fact as text; null when it isn't there, or is no single value.</summary>
    internal static string? Text(this JsonObject facts, string name) => facts[name] is JsonValue value ? value.ToString() : null;

    /// <summary>A fact that is a number.</summary>
    internal static long? Number(this JsonObject facts, string name) =>
        long.TryParse(facts.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A fact that is a list of text.</summary>
    internal static IReadOnlyList<string> List(this JsonObject facts, string name) => facts[name] is JsonArray list ? [.. list.OfType<JsonValue>().Select(v => v.ToString())] : [];

    /// <summary>Adds an attribute, unless its value is unknown.</summary>
    internal static void Add(this List<KeyValuePair<string, object>> attributes, string name, object? value)
    {
        if (value is not null and not "") attributes.Add(new(name, value));
    }

    /// <summary>Adds an address and its port, of <c>10.0.1.10:30080</c> or of a name alone.</summary>
    internal static void AddEnd(this List<KeyValuePair<string, object>> attributes, string prefix, string? end)
    {
        if (end is null) return;
        var parsed = IPEndPoint.TryParse(end, out var ip) && ip.Port != 0;
        var at = end.LastIndexOf(':');
        var (address, port) = parsed ? (ip!.Address.ToString(), ip.Port.ToString(CultureInfo.InvariantCulture)) : at > 0 && end.IndexOf(':', StringComparison.Ordinal) == at ? (end[..at], end[(at + 1)..]) : (end, null);
        attributes.Add($"{prefix}.address", address);
        if (long.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) attributes.Add($"{prefix}.port", number);
    }

    /// <summary>The two parts of <c>namespace/name</c>; the namespace is null where none stands.</summary>
    internal static (string? Namespace, string Name) Split(string name) => name.Split('/', 2) is [var ns, var rest] ? (ns, rest) : (null, name);
}
