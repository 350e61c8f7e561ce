using System.Collections.Immutable;
using System.Globalization;

namespace Usher.Ingress;

/// <summary><c>auth-cache-key</c> and <c>auth-cache-duration</c>: how long answers are remembered, and under which key (nginx's <c>proxy_cache_valid</c>).</summary>
/// <param name="Key">The key, with variables of nginx.</param>
/// <param name="Durations">Statuses, and for how long; the first that has a status counts. No status at all stands for 200, 301 and 302.</param>
internal sealed record AuthCacheRule(NginxTemplate Key, ImmutableArray<(ImmutableArray<int> Statuses, TimeSpan Time)> Durations)
{
    private const string Standard = "200 202 401 5m";

    internal static AuthCacheRule? Read(SettingReader reader, string prefix)
    {
        var durations = ImmutableArray.CreateBuilder<(ImmutableArray<int>, TimeSpan)>();
        var written = reader.List($"{prefix}auth-cache-duration");
        foreach (var text in written.IsEmpty ? [Standard] : written)
        {
            if (Duration(text) is { } duration) durations.Add(duration);
            else reader.Wrong($"{prefix}auth-cache-duration", text, "statuses and then a time are wanted, like '200 202 5m'");
        }

        if (reader.Text($"{prefix}auth-cache-key") is not { } key) return null;
        if (NginxTemplate.Parse(key, 0, out var problem, headers: true) is { } template) return new AuthCacheRule(template, durations.ToImmutable());
        reader.Wrong($"{prefix}auth-cache-key", key, problem);
        return null;
    }

    /// <summary>How long an answer of a status is remembered; null for not at all.</summary>
    internal TimeSpan? TimeOf(int status)
    {
        foreach (var (statuses, time) in Durations)
        {
            if (statuses.IsEmpty ? status is 200 or 301 or 302 : statuses.Contains(status)) return time;
        }

        return null;
    }

    private static (ImmutableArray<int> Statuses, TimeSpan Time)? Duration(string text)
    {
        var statuses = ImmutableArray.CreateBuilder<int>();
        TimeSpan? time = null;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (time is null && word.Length == 3 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var status)) statuses.Add(status);
            else if (Time(word) is { } more) time = (time ?? TimeSpan.Zero) + more;
            else return null;
        }

        return time is { } whole ? (statuses.ToImmutable(), whole) : null;
    }

    private const long Day = 86_400_000;

    /// <summary>So many seconds as 32 bits hold, in milliseconds.</summary>
    private const long Longest = int.MaxValue * 1000L;

    /// <summary>nginx's units of time (nginx documentation, Configuration file measurement units).</summary>
    private static TimeSpan? Time(string word)
    {
        var unit = word.TrimStart("0123456789".ToCharArray());
        if (!int.TryParse(word[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        long? milliseconds = unit switch
        {
            "ms" => 1, "s" => 1000, "m" => 60_000, "h" => 3_600_000, "d" => Day, "w" => 7 * Day, "M" => 30 * Day, "y" => 365 * Day, _ => null,
        };
        return milliseconds * count is { } whole && whole <= Longest ? TimeSpan.FromMilliseconds(whole) : null;
    }
}
