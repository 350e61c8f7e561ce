using System.Globalization;

namespace Usher.Trace;

/// <summary>Statuses from one to another.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
public readonly record struct StatusRange(int From, int To)
{
    /// <summary>No status: nothing answered.</summary>
    public static StatusRange None { get; }

    /// <summary>Reads <c>502</c>, <c>5xx</c>, <c>500-504</c>, <c>none</c>, or several with commas between; null when it is none of these.</summary>
    public static IReadOnlyList<StatusRange>? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<StatusRange>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (One(part) is not { } range) return null;
            found.Add(range);
        }

        return found;
    }

    internal bool Has(int status) => status >= From && status <= To;

    private static StatusRange? One(string text) => text.Split('-') switch
    {
        ["none"] => None,
        [[>= '1' and <= '5' and var first, 'x' or 'X', 'x' or 'X']] => new StatusRange((first - '0') * 100, ((first - '0') * 100) + 99),
        [var one] when Number(one) is { } status => new StatusRange(status, status),
        [var from, var to] when Number(from) is { } first && Number(to) is { } last && first <= last => new StatusRange(first, last),
        _ => null,
    };

    private static int? Number(string text) => text.Length == 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599 ? status : null;
}
