using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Usher.LoadBalancer;

/// <summary>
/// Writes and reads the cookies by which a client is kept at a target or target group. They are encrypted with a key of this process: nobody
/// else can read or make one, and a restart ends all sessions. Thread-safe.
/// </summary>
internal sealed class StickyCookies(TimeProvider time) : IDisposable
{
    /// <summary>Keeps a client at a target.</summary>
    internal const string Target = "AWSALB";

    /// <summary>The same for sessions of an application's own cookie.</summary>
    internal const string Application = "AWSALBAPP-0";

    /// <summary>Keeps a client at a target group.</summary>
    internal const string Group = "AWSALBTG";

    private const string Cors = "CORS";
    private const int MaxBindings = 5;
    private const int MaxLength = 4096;
    private const int TagLength = 16;
    private const int NonceLength = 12;

    /// <summary>The cookie's own expiry, whatever the stickiness's duration.</summary>
    private static readonly TimeSpan Expiry = TimeSpan.FromDays(7);
    // One cipher works on one cookie at a time.
    private readonly Lock gate = new();
    private readonly AesGcm cipher = new(RandomNumberGenerator.GetBytes(32), TagLength);

    /// <summary>Reads a request's cookies.</summary>
    internal StickyReading Read(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var cookies = Cookies(headers).ToList();
        return new StickyReading(
            time.GetUtcNow(), Bindings(cookies, Target, Target + Cors), Bindings(cookies, Application), Bindings(cookies, Group, Group + Cors),
            [.. cookies.Select(c => c.Name)]);
    }

    /// <summary>
    /// The Set-Cookie values that keep a client: the cookie, and for a browser's requests to other sites the same with SameSite=None, unless it is an
    /// application's.
    /// </summary>
    /// <param name="name">The cookie's name.</param>
    /// <param name="kept">What the client's cookie said so far; what is still valid and of others stays.</param>
    /// <param name="of">The target group whose target it is, or the rule whose target group it is.</param>
    /// <param name="to">The target or target group.</param>
    /// <param name="duration">How long the client is kept after this request.</param>
    internal IEnumerable<string> Set(string name, ImmutableArray<StickyBinding>? kept, string of, string to, TimeSpan duration)
    {
        var now = time.GetUtcNow();
        var others = (kept ?? []).Where(b => b.Of != of && b.Until > now).Take(MaxBindings - 1);
        var text = Seal([new StickyBinding(of, to, now + duration), .. others]);
        var attributes = $"Expires={now + Expiry:R}; Path=/";
        yield return $"{name}={text}; {attributes}";
        if (name != Application) yield return $"{name}{Cors}={text}; {attributes}; SameSite=None; Secure";
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();

    private static IEnumerable<(string Name, string Value)> Cookies(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, text) in headers)
        {
            if (!name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var pair in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) yield return (pair[..equals], pair[(equals + 1)..]);
            }
        }
    }

    private ImmutableArray<StickyBinding>? Bindings(List<(string Name, string Value)> cookies, params string[] names)
    {
        foreach (var (_, value) in cookies.Where(c => names.Contains(c.Name, StringComparer.Ordinal)))
        {
            if (Open(value) is { } bindings) return bindings;
        }

        return null;
    }

    private string Seal(StickyBinding[] bindings)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(bindings);
        var whole = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceLength));
        lock (gate) cipher.Encrypt(whole.AsSpan(0, NonceLength), plain, whole.AsSpan(NonceLength, plain.Length), whole.AsSpan(NonceLength + plain.Length));
        return Convert.ToBase64String(whole);
    }

    /// <summary>Null for what isn't ours, or was changed.</summary>
    private ImmutableArray<StickyBinding>? Open(string text)
    {
        if (text.Length > MaxLength || !Base64.IsValid(text)) return null;
        var whole = Convert.FromBase64String(text).AsSpan();
        if (whole.Length < NonceLength + TagLength) return null;
        var plain = new byte[whole.Length - NonceLength - TagLength];
        try
        {
            lock (gate) cipher.Decrypt(whole[..NonceLength], whole[NonceLength..^TagLength], whole[^TagLength..], plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return JsonSerializer.Deserialize<ImmutableArray<StickyBinding>>(plain);
    }
}
