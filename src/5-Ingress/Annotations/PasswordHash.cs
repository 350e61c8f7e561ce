using System.Security.Cryptography;
using System.Text;

namespace Usher.Ingress;

/// <summary>The password hashes of htpasswd files that nginx takes, as far as they are checked here (nginx documentation, Module ngx_http_auth_basic_module).</summary>
internal static class PasswordHash
{
    /// <summary>What is wanted of one, for people.</summary>
    internal const string Wanted = "a hash by MD5 ($apr1$, $1$: htpasswd -m), bcrypt ($2y$: htpasswd -B), SHA-2 ($5$, $6$), crypt, {SHA}, {SSHA} or {PLAIN} is wanted, as nginx in ingress-nginx's image takes them";

    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Whether a hash can be checked.</summary>
    internal static bool IsKnown(string hash) =>
        Magic(hash) is not null || (SystemCrypt.Takes(hash) && SystemCrypt.IsThere) || hash.StartsWith("{PLAIN}", StringComparison.Ordinal)
        || (hash.StartsWith("{SHA}", StringComparison.Ordinal) && Base64(hash[5..])?.Length == 20) || (hash.StartsWith("{SSHA}", StringComparison.Ordinal) && Base64(hash[6..])?.Length >= 20);

    /// <summary>Whether a password has this hash.</summary>
    internal static bool Matches(string hash, string password)
    {
        var text = Encoding.UTF8.GetBytes(password);
        if (Magic(hash) is { } magic) return Same(hash, Md5(magic, hash[magic.Length..].Split('$')[0], text));
        if (hash.StartsWith("{PLAIN}", StringComparison.Ordinal)) return Same(hash[7..], password);
        if (SystemCrypt.Takes(hash)) return SystemCrypt.Hash(password, hash) is { } made && Same(hash, made);
        // SHA-1 and MD5 are what the file's format has.
        if (hash.StartsWith("{SHA}", StringComparison.Ordinal)) return CryptographicOperations.FixedTimeEquals(Base64(hash[5..]), Hash(HashAlgorithmName.SHA1, text));
        var salted = Base64(hash[6..])!;
        return CryptographicOperations.FixedTimeEquals(salted.AsSpan(0, 20), Hash(HashAlgorithmName.SHA1, text, salted[20..]));
    }

    private static string? Magic(string hash) =>
        hash.StartsWith("$apr1$", StringComparison.Ordinal) ? "$apr1$" : hash.StartsWith("$1$", StringComparison.Ordinal) ? "$1$" : null;

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Poul-Henning Kamp's MD5 crypt, which Apache took over under its own mark.</summary>
    private static string Md5(string magic, string salt, byte[] password)
    {
        salt = salt[..Math.Min(8, salt.Length)];
        var salted = Encoding.UTF8.GetBytes(salt);
        var inner = Hash(password, salted, password);
        var start = new List<byte>([.. password, .. Encoding.ASCII.GetBytes(magic), .. salted]);
        for (var left = password.Length; left > 0; left -= 16) start.AddRange(inner.AsSpan(0, Math.Min(16, left)));
        for (var bits = password.Length; bits > 0; bits >>= 1) start.Add((bits & 1) != 0 ? (byte)0 : password[0]);
        var hash = Hash([.. start]);
        for (var round = 0; round < 1000; round++)
        {
            byte[] odd = (round & 1) != 0 ? password : hash, even = (round & 1) != 0 ? hash : password;
            hash = Hash(odd, round % 3 != 0 ? salted : [], round % 7 != 0 ? password : [], even);
        }

        var text = new StringBuilder($"{magic}{salt}$");
        foreach (var (a, b, c) in new[] { (0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5) }) Append(text, (hash[a] << 16) | (hash[b] << 8) | hash[c], 4);
        return Append(text, hash[11], 2).ToString();
    }

    private static StringBuilder Append(StringBuilder text, int bits, int count)
    {
        for (; count > 0; count--, bits >>= 6) text.Append(Alphabet[bits & 63]);
        return text;
    }

    private static byte[] Hash(params byte[][] parts) => Hash(HashAlgorithmName.MD5, parts);

    private static byte[] Hash(HashAlgorithmName algorithm, params byte[][] parts)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        foreach (var part in parts) hash.AppendData(part);
        return hash.GetHashAndReset();
    }
}
