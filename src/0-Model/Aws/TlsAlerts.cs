using System.Collections.Frozen;

namespace Usher.Model.Aws;

/// <summary>TLS alerts by number (RFC 8446 section 6 and RFC 5246 section 7.2, IANA's TLS Alerts), which is how an NLB logs them.</summary>
public static class TlsAlerts
{
    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["close notify"] = 0,
        ["unexpected message"] = 10,
        ["bad record mac"] = 20,
        ["decryption failed"] = 21,
        ["record overflow"] = 22,
        ["decompression failure"] = 30,
        ["handshake failure"] = 40,
        ["no certificate"] = 41,
        ["bad certificate"] = 42,
        ["unsupported certificate"] = 43,
        ["certificate revoked"] = 44,
        ["certificate expired"] = 45,
        ["certificate unknown"] = 46,
        ["illegal parameter"] = 47,
        ["unknown ca"] = 48,
        ["access denied"] = 49,
        ["decode error"] = 50,
        ["decrypt error"] = 51,
        ["export restriction"] = 60,
        ["protocol version"] = 70,
        ["insufficient security"] = 71,
        ["internal error"] = 80,
        ["inappropriate fallback"] = 86,
        ["user cancelled"] = 90,
        ["no renegotiation"] = 100,
        ["missing extension"] = 109,
        ["unsupported extension"] = 110,
        ["certificate unobtainable"] = 111,
        ["unrecognized name"] = 112,
        ["bad certificate status response"] = 113,
        ["bad certificate hash value"] = 114,
        ["unknown psk identity"] = 115,
        ["certificate required"] = 116,
        ["no application protocol"] = 120,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number of an alert in OpenSSL's words; null for none, and for one that isn't known.</summary>
    public static int? Find(string? words) => words is not null && Numbers.TryGetValue(words, out var number) ? number : null;
}
