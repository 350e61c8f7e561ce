using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Security;

namespace Usher.Wire;

/// <summary>What a TLS client says first, as far as it decides which certificate it can verify (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2).</summary>
public sealed class ClientHello
{
    /// <summary>TLS 1.2 as it stands on the wire.</summary>
    public const ushort Tls12 = 0x0303;

    /// <summary>TLS 1.3 as it stands on the wire.</summary>
    public const ushort Tls13 = 0x0304;

    /// <summary>The curve P-256 as it stands among the groups.</summary>
    public const ushort P256 = 23;

    /// <summary>The curve P-384.</summary>
    public const ushort P384 = 24;

    /// <summary>The curve P-521.</summary>
    public const ushort P521 = 25;

    // A suite of TLS 1.2 and before names the key that signs; one of TLS 1.3 doesn't.
    private static readonly FrozenSet<ushort> EcdsaSuites = Suites("TLS_ECDHE_ECDSA_", "TLS_ECDH_ECDSA_");
    private static readonly FrozenSet<ushort> RsaSuites = Suites("TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_WITH_");

    /// <summary>The record's <c>legacy_version</c>; what the client offers when <see cref="SupportedVersions"/> is empty.</summary>
    public required ushort LegacyVersion { get; init; }

    /// <summary>The cipher suites in the client's order.</summary>
    public required ImmutableArray<ushort> CipherSuites { get; init; }

    /// <summary>The name in <c>server_name</c> (RFC 6066 section 3); null without one.</summary>
    public string? ServerName { get; init; }

    /// <summary><c>supported_versions</c>; empty without it.</summary>
    public ImmutableArray<ushort> SupportedVersions { get; init; } = [];

    /// <summary><c>signature_algorithms</c>; empty without it, which TLS 1.2 takes for SHA-1 with any key (RFC 5246 section 7.4.1.4.1).</summary>
    public ImmutableArray<ushort> SignatureAlgorithms { get; init; } = [];

    /// <summary><c>supported_groups</c>; empty without it.</summary>
    public ImmutableArray<ushort> SupportedGroups { get; init; } = [];

    /// <summary>The names in <c>application_layer_protocol_negotiation</c> (RFC 7301); empty without it.</summary>
    public ImmutableArray<string> ApplicationProtocols { get; init; } = [];

    /// <summary>Whether the client offers a version.</summary>
    public bool Offers(ushort version) => SupportedVersions.IsEmpty ? LegacyVersion >= version : SupportedVersions.Contains(version);

    /// <summary>Whether the client can verify a certificate with an ECDSA key.</summary>
    /// <param name="tls13">True when TLS 1.3 will be spoken, where only the signature algorithms count, and each names its curve (RFC 8446 section 4.2.3).</param>
    /// <param name="curve">The key's curve; before TLS 1.3 the groups say which are taken (RFC 8422 section 5.1).</param>
    public bool TakesEcdsa(bool tls13, ushort curve) =>
        tls13 ? SignatureAlgorithms.Contains((ushort)(curve switch { P256 => 0x0403, P384 => 0x0503, _ => 0x0603 }))
        : CipherSuites.Any(EcdsaSuites.Contains) && (SupportedGroups.IsEmpty || SupportedGroups.Contains(curve))
            && (SignatureAlgorithms.IsEmpty || SignatureAlgorithms.Any(a => (a & 0xff) == 3 && a >> 8 <= 6));

    /// <summary>Whether the client can verify a certificate with an RSA key.</summary>
    /// <param name="tls13">True when TLS 1.3 will be spoken, where an RSA key signs with PSS only (RFC 8446 section 4.2.3).</param>
    public bool TakesRsa(bool tls13) =>
        tls13 ? SignatureAlgorithms.Any(IsPss)
        : CipherSuites.Any(RsaSuites.Contains)
            && (SignatureAlgorithms.IsEmpty || SignatureAlgorithms.Any(a => IsPss(a) || ((a & 0xff) == 1 && a >> 8 <= 6)));

    private static bool IsPss(ushort algorithm) => algorithm is 0x0804 or 0x0805 or 0x0806;

    private static FrozenSet<ushort> Suites(params string[] prefixes) =>
        Enum.GetValues<TlsCipherSuite>()
            .Where(suite => prefixes.Any(prefix => suite.ToString().StartsWith(prefix, StringComparison.Ordinal)))
            .Select(suite => (ushort)suite)
            .ToFrozenSet();
}
