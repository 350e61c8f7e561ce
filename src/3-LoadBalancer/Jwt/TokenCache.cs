using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Usher.LoadBalancer;

/// <summary>
/// Tokens that were verified, by the SHA-256 of their text and the action that asked: verifying costs some 40 µs, and a client sends its token with every request. An entry is
/// good while the keys that verified it are the current ones and until <c>exp</c>. Holds at most two times its limit: when one half is full, the other is dropped.
/// </summary>
internal sealed class TokenCache(int limit = TokenCache.Limit)
{
    /// <summary>Entries of a half.</summary>
    internal const int Limit = 4096;

    private ConcurrentDictionary<Key, Entry> current = new();
    private ConcurrentDictionary<Key, Entry> before = new();

    internal int Count => current.Count + before.Count;

    /// <summary>What a token was found to be; null when it isn't known, or not good any more.</summary>
    internal JwtReading? Find(in Key key, KeySet keys, DateTimeOffset now)
    {
        if (!current.TryGetValue(key, out var entry) && !before.TryGetValue(key, out entry)) return null;
        return entry.Keys == keys && now.ToUnixTimeMilliseconds() < entry.Reading.Until * 1000 ? entry.Reading : null;
    }

    /// <summary>Remembers a token that was let through.</summary>
    internal void Add(in Key key, KeySet keys, JwtReading reading)
    {
        if (current.Count >= limit) (before, current) = (current, new());
        current[key] = new Entry(keys, reading with { Remembered = true });
    }

    /// <summary>By what a token is remembered; the token itself isn't kept.</summary>
    internal static Key KeyOf(ReadOnlySpan<char> token, JwtPlan plan)
    {
        Span<byte> text = stackalloc byte[1024];
        // A header's value is Latin-1: as many bytes as characters.
        if (token.Length > text.Length) text = new byte[token.Length];
        text = text[..Encoding.Latin1.GetBytes(token, text)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return new Key(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]), BitConverter.ToUInt64(hash[16..]), BitConverter.ToUInt64(hash[24..]), plan);
    }

    /// <summary>A token's hash and the action that asked for it.</summary>
    internal readonly record struct Key(ulong A, ulong B, ulong C, ulong D, JwtPlan Plan);

    private sealed record Entry(KeySet Keys, JwtReading Reading);
}
