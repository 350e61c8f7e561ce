namespace Usher.Certificates;

/// <summary>Where the certificates' hop keeps what must outlive a run.</summary>
/// <param name="StateDirectory">
/// The state folder. The CA lives in <c>ca/</c>, issued certificates with their keys in <c>certificates/</c>; both are made readable by their owner only.
/// </param>
public sealed record CertificateOptions(string StateDirectory);
