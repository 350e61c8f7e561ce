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

    /// <summary>nginx's units of time (nginx documentation, Configuration file measurement units).</summary>
    private static TimeSpan? Time(string word)
    {
        var unit = word.TrimStart("0123456789".ToCharArray());
        if (!int.TryParse(word[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(count), "s" => TimeSpan.FromSeconds(count), "m" => TimeSpan.FromMinutes(count), "h" => TimeSpan.FromHours(count), "d" => TimeSpan.FromDays(count),
            "w" => TimeSpan.FromDays(7L * count), "M" => TimeSpan.FromDays(30L * count), "y" => TimeSpan.FromDays(365L * count), _ => null,
        };
    }
}
