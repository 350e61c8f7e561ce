using System.Globalization;
using System.Net;
using Usher.Doorway.Files.Binding;
using Usher.Model.Desired;

namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>
/// Checks an object as an API server does: by the schema of its CRD and by the rules that stand in it (CEL). Everything that is wrong is reported. A field
/// is given as its parent's path and its own name, so that a path is only made for an error.
/// </summary>
/// <param name="origin">Where the object is written.</param>
/// <param name="report">Called with line, field and message of each error.</param>
internal sealed class SchemaCheck(Origin origin, Action<int, string, string> report)
{
    /// <summary>Reports an error.</summary>
    internal void Error(string field, string message) => report(origin.LineOf(field), field, message);

    /// <summary>Reports a text that isn't allowed, in the API server's own words.</summary>
    internal void Invalid(string field, string text, string why) => Error(field, $"Invalid value: {Found.Quote(text)}: {why}");

    /// <summary>Whether the field is written.</summary>
    internal bool Wrote(string at, string name) => Wrote($"{at}.{name}");

    /// <summary>Whether the field is written.</summary>
    internal bool Wrote(string field) => origin.FieldLines?.ContainsKey(field) ?? false;

    /// <summary>The text of a field that may be left out.</summary>
    internal void Text(string at, string name, string? text, TextRule rule)
    {
        if (text is not null && !rule.Allows(text)) Error($"{at}.{name}", $"found {Found.Quote(text)}; wanted: {rule.Wanted}");
    }

    /// <summary>The text of a required field.</summary>
    internal void Required(string at, string name, string text, TextRule rule)
    {
        if (text.Length == 0 && !(rule.Least == 0 && Wrote(at, name))) Error($"{at}.{name}", $"is required: {rule.Wanted}");
        else Text(at, name, text, rule);
    }

    /// <summary>A host name, which may not be an IP address (RFC 1123 names with the exceptions of <c>Hostname</c> in <c>shared_types.go</c>).</summary>
    internal void Host(string at, string name, string? text, TextRule rule)
    {
        if (text is not null && text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out _)) Error($"{at}.{name}", $"found {Found.Quote(text)}, an IP address; wanted: {rule.Wanted}");
        else Text(at, name, text, rule);
    }

    /// <summary>A field that takes one of a few words.</summary>
    internal void Word(string at, string name, string? text, params IReadOnlyList<string> allowed)
    {
        if (text is null || allowed.Contains(text, StringComparer.Ordinal)) return;
        Error($"{at}.{name}", $"{(text.Length == 0 ? "is required" : $"found {Found.Quote(text)}")}; allowed are {string.Join(", ", allowed)}");
    }

    /// <summary>A type that says which one of some fields is written: its own is, and no other's.</summary>
    /// <param name="at">The parent of the type and the fields.</param>
    /// <param name="type">The type.</param>
    /// <param name="fields">Each type, its field and whether that is written.</param>
    internal void Variant(string at, string type, params IReadOnlyList<(string Type, string Field, bool Written)> fields)
    {
        Word(at, "type", type, [.. fields.Select(f => f.Type)]);
        foreach (var (own, field, written) in fields)
        {
            if (written && own != type && type.Length > 0) Error($"{at}.{field}", $"is for type {own}; this one's type is {type}");
            else if (!written && own == type) Error($"{at}.{field}", $"is required for type {own}");
        }
    }

    /// <summary>A number within a range.</summary>
    internal void Number(string at, string name, int? number, int least, int most = int.MaxValue)
    {
        if (number is not { } value || (value >= least && value <= most)) return;
        Error($"{at}.{name}", string.Create(CultureInfo.InvariantCulture, $"found {value}; {(most == int.MaxValue ? $"the least is {least}" : $"allowed are {least} to {most}")}"));
    }

    /// <summary>A port that is required.</summary>
    internal void RequiredPort(string at, string name, int port)
    {
        if (port == 0 && !Wrote(at, name)) Error($"{at}.{name}", "is required; allowed are 1 to 65535");
        else Number(at, name, port, 1, 65535);
    }

    /// <summary>How many items a list has.</summary>
    internal void Count(string at, string name, int count, int most, int least = 0)
    {
        if (count == 0 && least > 0) Error($"{at}.{name}", "is required: it has at least one item");
        else if (count > most) Error($"{at}.{name}", string.Create(CultureInfo.InvariantCulture, $"found {count} items; the most are {most}"));
    }

    /// <summary>The items of a list (or what they are known by), of which no two may be the same.</summary>
    /// <param name="at">The list's parent.</param>
    /// <param name="name">The list.</param>
    /// <param name="keys">What each item is known by; null for one that isn't compared.</param>
    /// <param name="field">The field to blame in an item, with its dot; empty for the item itself.</param>
    internal void Unique(string at, string name, IEnumerable<string?> keys, string field = "")
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = -1;
        foreach (var key in keys)
        {
            index++;
            if (key is null || key.Length == 0 || first.TryAdd(key, index)) continue;
            Error($"{at}.{name}[{index}]{field}", $"found {Found.Quote(key)}, as in {name}[{first[key]}]; each is given once");
        }
    }

    /// <summary>A map of names and values.</summary>
    internal void Map(string at, string name, IDictionary<string, string> map, int most, TextRule value)
    {
        if (map.Count > most) Error($"{at}.{name}", string.Create(CultureInfo.InvariantCulture, $"found {map.Count} entries; the most are {most}"));
        foreach (var (key, text) in map)
        {
            if (!TextRules.QualifiedName.Allows(key)) Error($"{at}.{name}.{key}", $"the name {Found.Quote(key)} isn't allowed; wanted: {TextRules.QualifiedName.Wanted}");
            Text($"{at}.{name}", key, text, value);
        }
    }
}
