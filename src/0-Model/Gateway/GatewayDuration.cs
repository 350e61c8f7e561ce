using System.Globalization;

namespace Usher.Model.Gateway;

/// <summary>The Gateway API's durations (GEP-2257): one to four whole numbers of up to five digits, each with its unit, as <c>1m30s</c>.</summary>
public static class GatewayDuration
{
    private const int MaxParts = 4;
    private const int MaxDigits = 5;

    /// <summary>The duration; null when the text is null or not of the form.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var rest = text.AsSpan();
        var sum = TimeSpan.Zero;
        for (var part = 0; rest.Length > 0; part++)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > MaxDigits || part == MaxParts) return null;
            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var unit = rest.StartsWith("ms") ? 2 : 1;
            TimeSpan? length = rest[..unit] switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => null,
            };
            if (length is not { } known) return null;
            sum += known;
            rest = rest[unit..];
        }

        return sum;
    }
}
