using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Usher.LoadBalancer;

/// <summary>
/// A signed token in compact form, taken apart (RFC 7515 section 7.1, RFC 7519 section 7.2). Strict where two readers could disagree: base64url without padding or
/// space, UTF-8, no member twice. Nothing here is trusted before its signature is.
/// </summary>
internal sealed class JwtText
{
    /// <summary>The longest token that is read, in characters: as long as a header line may be.</summary>
    internal const int MaxLength = 16 * 1024;

    /// <summary>How deep a token's JSON may be nested.</summary>
    internal const int MaxDepth = 16;

    private const int MaxKeyId = 256;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    private JwtText(string? keyId, JsonElement claims, byte[] signed, byte[] signature) => (KeyId, Claims, Signed, Signature) = (keyId, claims, signed, signature);

    /// <summary>The id of the key that it says it is signed with; null where it says none.</summary>
    internal string? KeyId { get; }

    /// <summary>The key id as it may be told: what isn't short and plain is left out.</summary>
    internal string? ToldKeyId => KeyId is { Length: > 0 and <= 64 } && !KeyId.AsSpan().ContainsAnyExceptInRange('!', '~') ? KeyId : null;

    /// <summary>Its claims, an object.</summary>
    internal JsonElement Claims { get; }

    /// <summary>What is signed: the first two parts with the dot between them.</summary>
    internal byte[] Signed { get; }

    /// <summary>The signature.</summary>
    internal byte[] Signature { get; }

    /// <summary>Reads a token signed with RS256; null with the reason when it isn't one.</summary>
    internal static JwtText? Read(ReadOnlySpan<char> token, out JwtReading? failure)
    {
        if (token.Length > MaxLength) return No(JwtFailure.Malformed, $"the token has over {MaxLength} characters", out failure);
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first < 0 || first == last || token[(first + 1)..last].Contains('.')) return No(JwtFailure.Malformed, "the token hasn't three parts with dots between them", out failure);
        if (Json(token[..first]) is not { } header) return No(JwtFailure.Malformed, "the token's header can't be read: base64url of one JSON object is wanted", out failure);
        if (Refused(header, out failure)) return null;
        if (!KeyIdOf(header, out var keyId)) return No(JwtFailure.Malformed, $"the token's kid isn't a string of at most {MaxKeyId} characters", out failure);
        if (Json(token[(first + 1)..last]) is not { } claims) return No(JwtFailure.Malformed, "the token's claims can't be read: base64url of one JSON object is wanted", out failure);
        if (Bytes(token[(last + 1)..]) is not { Length: > 0 } signature) return No(JwtFailure.Malformed, "the token's signature can't be read: base64url is wanted", out failure);
        failure = null;
        return new JwtText(keyId, claims, Encoding.ASCII.GetBytes(token[..last].ToArray()), signature);
    }

    /// <summary>A member as a string; null when it is none, or no text.</summary>
    internal static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            return null;
        }
    }

    private static bool Refused(JsonElement header, out JwtReading? failure)
    {
        failure = null;
        // RFC 7515 section 4.1.11: who doesn't understand what is listed there refuses the token, and nothing that could be is understood.
        if (header.TryGetProperty("crit", out _)) No(JwtFailure.Malformed, "the token's header has crit, which lists what must be understood and isn't here", out failure);
        else if (!header.TryGetProperty("alg", out var algorithm)) No(JwtFailure.Malformed, "the token's header has no alg", out failure);
        else if (Text(algorithm) != "RS256") No(JwtFailure.Algorithm, "the token's alg isn't RS256, the only one that an ALB verifies", out failure);
        return failure is not null;
    }

    private static bool KeyIdOf(JsonElement header, out string? keyId)
    {
        keyId = null;
        if (!header.TryGetProperty("kid", out var written)) return true;
        keyId = Text(written);
        return keyId is { Length: <= MaxKeyId };
    }

    private static JsonElement? Json(ReadOnlySpan<char> part)
    {
        if (Bytes(part) is not { } bytes || !Utf8.IsValid(bytes)) return null;
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(ReadOnlySpan<char> part)
    {
        // The decoder would skip space and take padding.
        if (part.ContainsAnyExcept(Alphabet) || part.Length % 4 == 1) return null;
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JwtText? No(JwtFailure failure, string detail, out JwtReading? reading)
    {
        reading = new JwtReading(failure) { Detail = detail };
        return null;
    }
}
