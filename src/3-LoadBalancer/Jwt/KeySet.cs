using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Usher.LoadBalancer;

/// <summary>
/// An issuer's public keys (RFC 7517), those that can verify RS256: RSA of 2048 bits or more (RFC 7518 section 3.3), for signatures and for no other algorithm. What else is in the
/// set is left aside, symmetric keys first of all, so that no token chooses how it is verified.
/// </summary>
internal sealed class KeySet
{
    /// <summary>The most keys that an ALB takes (ALB user guide, JWT validation limits).</summary>
    internal const int MaxKeys = 10;

    /// <summary>The largest set that an ALB takes, 150 KB.</summary>
    internal const int MaxBytes = 150 * 1024;

    private const int LeastModulus = 256;

    private readonly ImmutableArray<(string? Id, SignatureProvider Verifier)> keys;

    private KeySet(ImmutableArray<(string?, SignatureProvider)> keys, DateTimeOffset fetchedAt) => (this.keys, FetchedAt) = (keys, fetchedAt);

    internal int Count => keys.Length;

    internal DateTimeOffset FetchedAt { get; }

    /// <summary>Reads a set.</summary>
    /// <exception cref="FormatException">It is none, or more than an ALB takes; the message says what is wrong.</exception>
    internal static KeySet Read(ReadOnlySpan<byte> json, DateTimeOffset fetchedAt)
    {
        if (json.Length > MaxBytes) throw new FormatException($"the set has over {MaxBytes / 1024} KB");
        JsonWebKeySet set;
        try
        {
            set = JsonWebKeySet.Create(Encoding.UTF8.GetString(json));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or System.Text.Json.JsonException)
        {
            throw new FormatException("what it answers is no JSON Web Key Set");
        }

        if (set.Keys.Count > MaxKeys) throw new FormatException($"the set has {set.Keys.Count} keys, and an ALB takes at most {MaxKeys}");
        return new KeySet([.. set.Keys.Where(Verifies).Select(k => (k.Kid, Verifier(k)))], fetchedAt);
    }

    /// <summary>Whether one of the keys made the signature: the one that the token names, or any where it names none. Null when none of them is the one that it names.</summary>
    internal bool? Verifies(JwtText token)
    {
        var tried = false;
        foreach (var (id, verifier) in keys)
        {
            if (token.KeyId is not null && id != token.KeyId) continue;
            tried = true;
            if (verifier.Verify(token.Signed, token.Signature)) return true;
        }

        return tried ? false : null;
    }

    private static bool Verifies(JsonWebKey key) => key.Kty == "RSA" && key.Use is null or "" or "sig" && key.Alg is null or "" or "RS256"
        && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify"))
        && Number(key.N) is { } modulus && modulus.AsSpan().TrimStart((byte)0).Length >= LeastModulus && Number(key.E) is { Length: <= 8 };

    private static byte[]? Number(string? text) =>
        text is { Length: > 0 and <= 4096 } && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    /// <summary>Keeps RSA objects in a pool, which many requests use at once.</summary>
    private static SignatureProvider Verifier(JsonWebKey key)
    {
        var rsa = new RsaSecurityKey(new System.Security.Cryptography.RSAParameters { Modulus = Number(key.N), Exponent = Number(key.E) });
        return rsa.CryptoProviderFactory.CreateForVerifying(rsa, SecurityAlgorithms.RsaSha256, cacheProvider: false);
    }
}
