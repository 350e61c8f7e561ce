using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Usher.Model.Secrets;

/// <summary>A certificate revocation list (RFC 5280, section 5): which certificates of an issuer no longer hold.</summary>
public sealed class RevocationList
{
    private const string Sha256Rsa = "1.2.840.113549.1.1.11", Sha384Rsa = "1.2.840.113549.1.1.12", Sha512Rsa = "1.2.840.113549.1.1.13";
    private const string Sha256Ecdsa = "1.2.840.10045.4.3.2", Sha384Ecdsa = "1.2.840.10045.4.3.3", Sha512Ecdsa = "1.2.840.10045.4.3.4";

    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly HashSet<string> revoked = new(StringComparer.Ordinal);
    private readonly byte[] issuer;
    private readonly byte[] signed;
    private readonly byte[] signature;
    private readonly string algorithm;

    private RevocationList(ReadOnlyMemory<byte> der)
    {
        var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        signed = list.PeekEncodedValue().ToArray();
        var content = list.ReadSequence();
        algorithm = list.ReadSequence().ReadObjectIdentifier();
        signature = list.ReadBitString(out _);
        list.ThrowIfNotEmpty();

        if (content.PeekTag() == Asn1Tag.Integer) content.ReadInteger();
        content.ReadSequence();
        issuer = content.ReadEncodedValue().ToArray();
        ThisUpdate = Time(content);
        if (content.HasData && content.PeekTag() is { TagClass: TagClass.Universal, TagValue: (int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime }) NextUpdate = Time(content);
        if (content.HasData && content.PeekTag() == Asn1Tag.Sequence) ReadRevoked(content.ReadSequence());
        if (content.HasData) ReadExtensions(content.ReadSequence(Extensions).ReadSequence());
    }

    /// <summary>From when it holds.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>By when there is a newer one; null when it doesn't say.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>The first extension that has to be understood and isn't, by its OID; null for none. Such a list says less, or more, than the certificates that it lists.</summary>
    public string? Unknown { get; private set; }

    /// <summary>Whether its signature can be verified: by RSA (PKCS#1) or ECDSA, with SHA-256, SHA-384 or SHA-512.</summary>
    public bool IsVerifiable => Hash is not null;

    private HashAlgorithmName? Hash => algorithm switch
    {
        Sha256Rsa or Sha256Ecdsa => HashAlgorithmName.SHA256,
        Sha384Rsa or Sha384Ecdsa => HashAlgorithmName.SHA384,
        Sha512Rsa or Sha512Ecdsa => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>Reads one in DER; null when it is none.</summary>
    public static RevocationList? Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            return new RevocationList(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Whether it is of a certificate's issuer.</summary>
    public bool IsOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer);
    }

    /// <summary>Whether a certificate of its issuer is on it.</summary>
    public bool Has(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return revoked.Contains(Serial(certificate.SerialNumberBytes.Span));
    }

    /// <summary>Whether an authority has signed it.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        if (Hash is not { } hash) return false;
        using var rsa = authority.GetRSAPublicKey();
        using var ecdsa = authority.GetECDsaPublicKey();
        return algorithm is Sha256Rsa or Sha384Rsa or Sha512Rsa
            ? rsa?.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) == true
            : ecdsa?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    private static DateTimeOffset Time(AsnReader reader) => reader.PeekTag().TagValue == (int)UniversalTagNumber.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private void ReadRevoked(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            revoked.Add(Serial(entry.ReadIntegerBytes().Span));
            Time(entry);
            if (entry.HasData) ReadExtensions(entry.ReadSequence());
        }
    }

    // None of those that a list may have as critical (a delta, one of another's certificates, one of some of them) is understood here.
    private void ReadExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var id = extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean()) Unknown ??= id;
            extension.ReadOctetString();
        }
    }

    private static string Serial(ReadOnlySpan<byte> number) => Convert.ToHexString(number.TrimStart((byte)0));
}
