using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A certificate as people are shown it.</summary>
/// <param name="Key">The object.</param>
/// <param name="Arn">Its ARN.</param>
/// <param name="Names">Every name, the domain name first.</param>
/// <param name="Type"><c>AMAZON_ISSUED</c> or <c>IMPORTED</c>, as the ACM API says it.</param>
/// <param name="KeyAlgorithm">As the ACM API spells it.</param>
/// <param name="Problem">What keeps it <c>PENDING_VALIDATION</c>, and what would mend it; null for one that is issued.</param>
/// <param name="Listeners">The listeners that serve it, by the names that people know: <c>shop-edge HTTPS:443</c>.</param>
public sealed record CertificateReport(
    ResourceKey Key, string Arn, IReadOnlyList<string> Names, string Type, string KeyAlgorithm, string? Problem, IReadOnlyList<string> Listeners)
{
    /// <summary><c>ISSUED</c> or <c>PENDING_VALIDATION</c>.</summary>
    public string Status => Problem is null ? "ISSUED" : "PENDING_VALIDATION";

    /// <summary>What is served for it; null while it isn't served, and has no leaf therefore.</summary>
    public ServedLeaf? Leaf { get; init; }
}

/// <summary>The X.509 certificate that is served for one of ACM's.</summary>
/// <param name="NotBefore">Start of its validity.</param>
/// <param name="NotAfter">End of its validity.</param>
/// <param name="Serial">Its serial number in hex.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="RenewedFrom">When it is renewed; null for an imported one, which nobody renews.</param>
public sealed record ServedLeaf(DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Serial, string Issuer, DateTimeOffset? RenewedFrom);

/// <summary>The CA that vouches for what is issued here.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="NotAfter">When it ends.</param>
public sealed record AuthorityReport(string Subject, DateTimeOffset NotAfter);

/// <summary>Tells how the load balancers' certificates are; answered by the certificates' hop.</summary>
public interface ICertificateReports
{
    /// <summary>The road's CA; null where nothing needed it yet.</summary>
    AuthorityReport? Authority { get; }

    /// <summary>Every certificate of a generation, by namespace and name.</summary>
    IReadOnlyList<CertificateReport> All(Generation generation);
}

/// <summary>The certificate of a Secret that is shown behind the load balancers.</summary>
/// <param name="Secret">The Secret.</param>
/// <param name="Domain">The first name that the certificate is for; its subject where it is for none.</param>
/// <param name="NotAfter">The end of its validity; nobody here renews it.</param>
public sealed record SecretCertificateReport(ResourceKey Secret, string Domain, DateTimeOffset NotAfter);

/// <summary>Tells which Secrets' certificates ingress controllers and Gateways show; answered by their hop.</summary>
public interface ISecretCertificates
{
    /// <summary>Each Secret of a generation once, by namespace and name.</summary>
    IReadOnlyList<SecretCertificateReport> Shown(Generation generation);
}
