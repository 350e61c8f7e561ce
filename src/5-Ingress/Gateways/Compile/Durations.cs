using System.Globalization;
using System.Text.RegularExpressions;

namespace Usher.Ingress.Gateways;

/// <summary>Durations of the Gateway API (GEP-2257): <c>1h30m</c>, <c>500ms</c>.</summary>
internal static partial class Durations
{
    /// <summary>The time; null for none, and for one of 0, which is no limit.</summary>
    internal static TimeSpan? Of(string? text)
    {
        if (text is null) return null;
        var sum = TimeSpan.Zero;
        foreach (Match part in Part().Matches(text))
        {
            var count = double.Parse(part.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            sum += part.Groups[2].Value switch { "h" => TimeSpan.FromHours(count), "m" => TimeSpan.FromMinutes(count), "s" => TimeSpan.FromSeconds(count), _ => TimeSpan.FromMilliseconds(count) };
        }

        // Timers take no more than 49 days; longer is as good as none.
        return sum == TimeSpan.Zero || sum > TimeSpan.FromDays(49) ? null : sum;
    }

    [GeneratedRegex("([0-9]{1,5})(ms|h|m|s)")]
    private static partial Regex Part();
}
