using Microsoft.Extensions.Logging;

namespace Usher.Certificates;

/// <summary>Event ids 200–219.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(200, LogLevel.Information, "Made a private CA. Clients trust the road's certificates once they trust {Path} (usher ca export)")]
    internal static partial void AuthorityMade(this ILogger log, string path);

    [LoggerMessage(201, LogLevel.Warning, "The private CA in the state store can't be used: {Why}. It was set aside as {Moved} and a new one is made: clients must trust that one (usher ca trust, usher ca export)")]
    internal static partial void AuthorityDamaged(this ILogger log, string why, string moved);

    [LoggerMessage(202, LogLevel.Warning, "{Path} is there, but the state store has no CA any more, so a new one is made: clients must trust that one (usher ca trust, usher ca export)")]
    internal static partial void AuthorityGone(this ILogger log, string path);

    [LoggerMessage(203, LogLevel.Warning, "The stored certificate of {Domain} can't be used: {Why}. It was set aside as {Moved} and is issued again")]
    internal static partial void LeafDamaged(this ILogger log, string domain, string why, string moved);

    [LoggerMessage(204, LogLevel.Information, "The certificate of {Domain} is issued again: {Why}")]
    internal static partial void LeafOutdated(this ILogger log, string domain, string why);

    [LoggerMessage(205, LogLevel.Information, "Issued {Subject}: {Says}, valid until {NotAfter}")]
    internal static partial void LeafIssued(this ILogger log, string subject, string says, DateTimeOffset notAfter);

    [LoggerMessage(206, LogLevel.Warning, "The certificates {Subjects} could not be stored: {Why}. They are served all the same, and issued again after a restart")]
    internal static partial void LeavesNotStored(this ILogger log, string subjects, string why);

    [LoggerMessage(208, LogLevel.Warning, "{Object} ({Domain}) {Ends} at {NotAfter:yyyy-MM-dd HH:mm} UTC. Imported certificates aren't renewed: put another into its Secret and apply the manifests again")]
    internal static partial void ImportedEnds(this ILogger log, string @object, string domain, string ends, DateTimeOffset notAfter);

    [LoggerMessage(207, LogLevel.Error, "The certificate of {Domain}, valid until {NotAfter}, could not be renewed: {Why}. It is tried again in an hour")]
    internal static partial void LeafNotRenewed(this ILogger log, string domain, DateTimeOffset notAfter, string why);
}
