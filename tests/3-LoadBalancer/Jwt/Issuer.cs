using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Usher.Model.Aws;

namespace Usher.LoadBalancer.Tests;

/// <summary>Who issues tokens: a name and an RSA key.</summary>
internal sealed class Issuer(string keyId = "k1", int bits = 2048) : IDisposable
{
    internal const string Name = "https://issuer.example.com/";

    internal RSA Key { get; } = RSA.Create(bits);

    /// <summary>The public key as an entry of a key set, with further members.</summary>
    internal string Entry(string more = """, "use": "sig", "alg": "RS256" """)
    {
        var key = Key.ExportParameters(false);
        return $$"""{"kty": "RSA", "kid": "{{keyId}}", "n": "{{Base64Url.EncodeToString(key.Modulus)}}", "e": "{{Base64Url.EncodeToString(key.Exponent)}}"{{more}}}""";
    }

    internal static string Set(params string[] entries) => $$"""{"keys": [{{string.Join(", ", entries)}}]}""";

    /// <summary>A token of these claims, which follow <c>iss</c> and <c>exp</c> unless they are written themselves.</summary>
    internal string Token(string more = "", string? claims = null, string? header = null) =>
        Sign(header ?? $$"""{"alg": "RS256", "typ": "JWT", "kid": "{{keyId}}"}""", claims ?? $$"""{"iss": "{{Name}}", "exp": {{In(600)}}{{more}}}""");

    internal string Sign(string header, string claims)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>A moment so many seconds from now, in seconds since 1970.</summary>
    internal static long In(int seconds) => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;

    internal static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>The action that validates its tokens, with further claims.</summary>
    internal static RuleAction Validation(Uri endpoint, params JwtClaim[] claims) =>
        new() { Type = "jwt-validation", JwtValidation = new JwtValidationAction(endpoint.OriginalString, Name, claims) };

    public void Dispose() => Key.Dispose();
}
