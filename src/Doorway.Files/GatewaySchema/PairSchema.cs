namespace Usher.Doorway.Files.GatewaySchema;

/// <summary>Lists of names and values: headers and parameters, matched or written.</summary>
internal static class PairSchema
{
    private const int MaxPairs = 16;

    /// <summary>Checks a list, in which each name is given once.</summary>
    /// <param name="check">Takes the errors.</param>
    /// <param name="at">The list's parent.</param>
    /// <param name="list">The list.</param>
    /// <param name="pairs">They; the type is null for one that is no match.</param>
    /// <param name="value">What a value may be.</param>
    internal static void Check(SchemaCheck check, string at, string list, IReadOnlyList<(string? Type, string Name, string Value)> pairs, TextRule value)
    {
        foreach (var (i, pair) in pairs.Index())
        {
            var field = $"{at}.{list}[{i}]";
            check.Word(field, "type", pair.Type, "Exact", "RegularExpression");
            check.Required(field, "name", pair.Name, TextRules.HeaderName);
            check.Required(field, "value", pair.Value, value);
        }

        check.Count(at, list, pairs.Count, MaxPairs);
        check.Unique(at, list, pairs.Select(p => p.Name), ".name");
    }
}
