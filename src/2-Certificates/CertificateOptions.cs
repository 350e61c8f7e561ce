namespace Usher.Certificates;

/// <summary>Where the certificates' hop keeps files.</summary>
/// <param name="StateDirectory">
/// The state folder. The CA's certificate is <c>ca/ca.pem</c> there; keys and issued certificates are in the state store.
/// </param>
public sealed record CertificateOptions(string StateDirectory);
