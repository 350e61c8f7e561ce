using System.Globalization;
using System.Text.RegularExpressions;

namespace Usher.Dns;

/// <summary>Durations as Go reads them: <c>10m</c>, <c>1h30m</c>, <c>1.5s</c>; and whole seconds.</summary>
internal static partial class GoDuration
{
    /// <summary>Whole seconds, the fraction left out; null when it is neither a duration nor a number.</summary>
    internal static long? Seconds(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)) return seconds;
        if (!Whole().IsMatch(text)) return null;
        var sum = 0m;
        foreach (Match part in Part().Matches(text))
        {
            if (!decimal.TryParse(part.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / 3600) return null;
            sum += number * part.Groups[2].Value switch { "h" => 3600m, "m" => 60m, "s" => 1m, "ms" => 0.001m, "ns" => 0.000000001m, _ => 0.000001m };
        }

        return (long)(text[0] == '-' ? -sum : sum);
    }

    [GeneratedRegex(@"^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+$", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)", RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
