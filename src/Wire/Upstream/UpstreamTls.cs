using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Wire;

/// <summary>How connections to an upstream are secured. Compared by value: connections are kept apart by it.</summary>
public sealed record UpstreamTls
{
    /// <summary>Any certificate is taken, no server name is sent.</summary>
    public static UpstreamTls Unverified { get; } = new();

    /// <summary>The name sent as server name indication (RFC 6066 section 3); none is sent when null.</summary>
    public string? ServerName { get; init; }

    /// <summary>What the upstream's certificate is verified against; null takes any certificate, an expired one included.</summary>
    public UpstreamTrust? Trust { get; init; }

    /// <summary>The versions offered. TLS 1.2 and 1.3 by default.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The protocol offered by ALPN; null sends no such extension. <c>http/1.1</c> by default, which is what is then spoken.</summary>
    public string? ApplicationProtocol { get; init; } = "http/1.1";

    /// <summary>The certificate shown when the upstream asks for one; null shows none. Compared by reference: use one object again.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    /// <summary>How long the handshake may take. 10 s by default.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override string ToString() =>
        $"TLS, {(ServerName is null ? "no server name" : ServerName)}, {(Trust is null ? "certificate not verified" : "certificate verified")}";
}

/// <summary>
/// Which certificates of an upstream are trusted: those that lead to one of these roots, are in their time, and are for this name. Revocation
/// isn't asked for. Compared by value.
/// </summary>
public sealed class UpstreamTrust : IEquatable<UpstreamTrust>
{
    private readonly string _thumbprints;
    private readonly string[] _others = [];

    /// <summary>Trust in these roots.</summary>
    /// <param name="roots">Certificates of authorities, or the very certificates of upstreams.</param>
    /// <param name="name">The DNS name or IP address that the certificate must be for; null takes one for any name.</param>
    /// <param name="depth">The most intermediate authorities between the upstream's certificate and the root; no limit when null.</param>
    public UpstreamTrust(X509Certificate2Collection roots, string? name, int? depth = null)
    {
        ArgumentNullException.ThrowIfNull(roots);
        Roots = [.. roots];
        Name = name;
        Depth = depth;
        _thumbprints = string.Join(',', roots.Select(r => r.Thumbprint).Order(StringComparer.Ordinal));
    }

    /// <summary>Trust in these roots for a certificate that has one of these names.</summary>
    /// <param name="roots">Certificates of authorities, or the very certificates of upstreams.</param>
    /// <param name="names">DNS names, IP addresses, and URIs as <c>spiffe://example.com/ns/shop</c>; at least one.</param>
    public UpstreamTrust(X509Certificate2Collection roots, IReadOnlyList<string> names) : this(roots, names is { Count: > 0 } ? names[0] : throw new ArgumentException("At least one name is wanted.", nameof(names)))
    {
        _others = [.. names.Skip(1)];
    }

    /// <summary>The roots.</summary>
    public IReadOnlyList<X509Certificate2> Roots { get; }

    /// <summary>The name that the certificate must be for; null for any.</summary>
    public string? Name { get; }

    /// <summary>The most intermediate authorities; null for any number.</summary>
    public int? Depth { get; }

    /// <summary>Why this certificate isn't trusted; null when it is.</summary>
    internal string? Objection(X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null || chain is null) return "it showed no certificate";
        var wrong = chain.ChainStatus.Where(s => s.Status != X509ChainStatusFlags.NoError).Select(Words).Distinct().ToList();
        if (wrong.Count > 0) return string.Join("; ", wrong);
        if (Depth is { } depth && chain.ChainElements.Count - 2 > depth)
            return $"{chain.ChainElements.Count - 2} authorities stand between it and its root, at most {depth} may";
        return Name is null || Is(certificate, Name) || _others.Any(n => Is(certificate, n)) ? null : $"it isn't for {string.Join(", ", [Name, .. _others])}";
    }

    private static bool Is(X509Certificate2 certificate, string name) => name.Contains("://", StringComparison.Ordinal) ? HasUri(certificate, name) : certificate.MatchesHostname(name);

    /// <summary>Whether a URI is among the certificate's subjectAltNames (RFC 5280 section 4.2.1.6, tag 6), which .NET doesn't list.</summary>
    private static bool HasUri(X509Certificate2 certificate, string uri)
    {
        if (certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == "2.5.29.17") is not { } extension) return false;
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        var tag = new Asn1Tag(TagClass.ContextSpecific, 6);
        while (names.HasData)
        {
            if (!names.PeekTag().HasSameClassAndValue(tag)) names.ReadEncodedValue();
            else if (names.ReadCharacterString(UniversalTagNumber.IA5String, tag) == uri) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(UpstreamTrust? other) =>
        other is not null && (ReferenceEquals(this, other) || (_thumbprints == other._thumbprints && Name == other.Name && Depth == other.Depth && _others.SequenceEqual(other._others)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UpstreamTrust);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_thumbprints, Name, Depth);

    private static string Words(X509ChainStatus status) => status.Status switch
    {
        X509ChainStatusFlags.UntrustedRoot => "it leads to no trusted root (self-signed, or of another authority)",
        X509ChainStatusFlags.PartialChain => "its issuer is unknown: it leads to no trusted root",
        X509ChainStatusFlags.NotTimeValid => "it has expired or isn't valid yet",
        X509ChainStatusFlags.NotValidForUsage => "it isn't for servers (extended key usage)",
        _ => status.StatusInformation.TrimEnd('.', ' ', '\n'),
    };
}
