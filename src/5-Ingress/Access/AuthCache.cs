using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Usher.Model.Desired;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>The answers of who was asked (<c>auth-cache-key</c>), as nginx's cache keeps them. Each controller's pod has its own. Thread-safe.</summary>
internal sealed class AuthCache(TimeProvider time)
{
    /// <summary>The most answers that are remembered; at the limit all are forgotten.</summary>
    internal const int MaxAnswers = 10_000;

    private readonly ConcurrentDictionary<(ResourceKey Pod, string Key), (AuthReading Reading, DateTimeOffset Until)> known = new();

    /// <summary>An answer that still counts, or null.</summary>
    internal AuthReading? Find(ResourceKey pod, string key) =>
        known.TryGetValue((pod, key), out var found) && found.Until > time.GetUtcNow() ? found.Reading with { Cached = true, Took = TimeSpan.Zero } : null;

    /// <summary>Remembers an answer for as long as it lets itself be kept (nginx documentation, proxy_cache_valid): its Cache-Control counts before the annotation, and one with a cookie isn't kept.</summary>
    internal void Keep(ResourceKey pod, string key, AuthReading reading, ResponseHead head, AuthCacheRule rule)
    {
        if (head.TryGet("Set-Cookie"u8, out _)) return;
        var lifetime = rule.TimeOf(reading.Status);
        if (head.TryGet("Cache-Control"u8, out var control))
        {
            foreach (var word in Encoding.Latin1.GetString(control).Split(',', StringSplitOptions.TrimEntries))
            {
                if (word is "no-cache" or "no-store" or "private") return;
                if (word.StartsWith("max-age=", StringComparison.Ordinal) && int.TryParse(word[8..], NumberStyles.None, CultureInfo.InvariantCulture, out var age)) lifetime = TimeSpan.FromSeconds(age);
            }
        }

        if (lifetime is not { } stays || stays <= TimeSpan.Zero) return;
        if (known.Count >= MaxAnswers) known.Clear();
        known[(pod, key)] = (reading, time.GetUtcNow() + stays);
    }
}
