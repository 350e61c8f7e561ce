using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A certificate that clients are shown, or that vouches for those.</summary>
/// <param name="Kind"><c>authority</c>; <c>issued</c>, which is renewed by itself; <c>imported</c>, which isn't.</param>
/// <param name="Name">The object that it was compiled from; unique with the kind.</param>
/// <param name="Domain">Its domain name, or its subject.</param>
/// <param name="NotAfter">When it ends.</param>
public sealed record CertificateReport(string Kind, string Name, string Domain, DateTimeOffset NotAfter);

/// <summary>Tells when certificates end; answered by the certificates' hop.</summary>
public interface ICertificateReports
{
    /// <summary>Those that a generation's load balancers serve, and the road's CA where it was needed.</summary>
    IReadOnlyList<CertificateReport> All(Generation generation);
}
