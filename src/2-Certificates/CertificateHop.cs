using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Certificates;

/// <summary>How a certificate covers the name asked for.</summary>
internal enum Cover
{
    /// <summary>It doesn't, or no name was asked for.</summary>
    None,

    /// <summary>By this very name.</summary>
    Exact,

    /// <summary>By a wildcard, one label.</summary>
    Wildcard,
}

/// <summary>What is known of a handshake when the certificate is chosen.</summary>
/// <param name="ListenerArn">The listener.</param>
/// <param name="ServerName">The SNI, lower case without a final dot; null without one.</param>
/// <param name="Accepted">The kinds of keys that the client takes.</param>
/// <param name="At">When; null when nobody cares how long certificates are still valid.</param>
internal sealed record CertificateFacts(
    string ListenerArn, string? ServerName, CertificateKeys Accepted = CertificateKeys.Any, DateTimeOffset? At = null);

/// <summary>The certificate chosen.</summary>
/// <param name="Listener">The listener; null when there is none of that ARN.</param>
/// <param name="Certificate">The certificate; null when the listener has none (it isn't HTTPS).</param>
/// <param name="Cover">How it covers the name asked for.</param>
/// <param name="CoveredBy">The certificate's name that does, or null.</param>
/// <param name="IsDefault">True when it was served because nothing in the certificate list matched.</param>
internal readonly record struct CertificateMatch(
    ListenerCertificates? Listener, CompiledCertificate? Certificate, Cover Cover, string? CoveredBy, bool IsDefault);

/// <summary>
/// Which of a listener's certificates answers a ClientHello, as an Application Load Balancer chooses (ALB user guide, "SSL certificates":
/// default certificate and certificate list). Exact before wildcard is what s2n-tls does, the TLS library behind it (aws/s2n-tls#1051).
/// <list type="number">
/// <item>The listener: one that isn't HTTPS has no certificate.</item>
/// <item>With an SNI, the certificates of the list that have this very name; else those with a wildcard for it. The default is not in the list.</item>
/// <item>Of several, the best that the client can support: ECDSA before RSA, then the longest key, then the one valid longest (<see cref="Preference"/>).</item>
/// <item>Without an SNI, or when the list has no match: the default certificate, whatever its names.</item>
/// </list>
/// </summary>
internal static class CertificateHop
{
    internal static CertificateMatch Decide<TReasons>(
        CertificateSnapshot snapshot, ImmutableDictionary<LeafKey, LeafFacts> leaves, CertificateFacts facts, in TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        // 1. The listener.
        if (!snapshot.Listeners.TryGetValue(facts.ListenerArn, out var listener) || listener.Default is null)
        {
            if (TReasons.Wanted)
            {
                reasons.Add(listener?.Name ?? facts.ListenerArn, false, listener is null ? "no such listener" : "an HTTP listener speaks no TLS");
            }

            return new CertificateMatch(listener, null, Cover.None, null, false);
        }

        // 2. The name, in the certificate list.
        var matching = ReadOnlySpan<CompiledCertificate>.Empty;
        if (facts.ServerName is { Length: > 0 } name)
        {
            matching = listener.Exact(name);
            if (matching.IsEmpty) matching = listener.Wildcard(name);
        }

        // 3. The best of several.
        CompiledCertificate? chosen = null;
        foreach (var candidate in matching)
        {
            if (chosen is null || Preference.Between(candidate, chosen, facts.Accepted, leaves).Winner == candidate) chosen = candidate;
        }

        // 4. The default.
        var isDefault = chosen is null;
        chosen ??= listener.Default;
        var (cover, by) = CoverOf(chosen, facts.ServerName);
        var match = new CertificateMatch(listener, chosen, cover, by, isDefault);
        if (TReasons.Wanted) Explain(match, leaves, facts, reasons);
        return match;
    }

    /// <summary>How a certificate covers a name, and by which of its own.</summary>
    internal static (Cover Cover, string? By) CoverOf(CompiledCertificate certificate, string? name)
    {
        if (string.IsNullOrEmpty(name)) return (Cover.None, null);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        string? wildcard = null;
        foreach (var own in certificate.Names)
        {
            if (own.Equals(name, StringComparison.OrdinalIgnoreCase)) return (Cover.Exact, own);
            if (dot > 0 && own.StartsWith("*.", StringComparison.Ordinal)
                && own.AsSpan(1).Equals(name.AsSpan(dot), StringComparison.OrdinalIgnoreCase))
            {
                wildcard = own;
            }
        }

        return (wildcard is null ? Cover.None : Cover.Wildcard, wildcard);
    }

    private static void Explain<TReasons>(
        CertificateMatch match, ImmutableDictionary<LeafKey, LeafFacts> leaves, CertificateFacts facts, in TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        var all = match.Listener!.All;
        var told = false;
        for (var i = 0; i < all.Length; i++)
        {
            var chosen = !told && all[i].Arn == match.Certificate!.Arn && (i == 0) == match.IsDefault;
            told |= chosen;
            var candidate = $"{all[i].DomainName} {all[i].KeyAlgorithm}{(i == 0 ? " (default)" : "")}";
            reasons.Add(candidate, chosen, chosen ? WhyChosen(match, facts) : WhyLost(all[i], i == 0, match, leaves, facts));
        }
    }

    private static string WhyChosen(CertificateMatch match, CertificateFacts facts) => match switch
    {
        { IsDefault: true } when string.IsNullOrEmpty(facts.ServerName) => "the client sent no SNI, so the default is served",
        { IsDefault: true, Cover: Cover.None } =>
            $"nothing in the certificate list has {facts.ServerName}, so the default is served, which doesn't have it either",
        { IsDefault: true } => $"{match.CoveredBy} covers {facts.ServerName}; nothing in the certificate list does",
        { Cover: Cover.Exact } => $"has the very name {facts.ServerName}",
        _ => $"{match.CoveredBy} covers {facts.ServerName}",
    };

    private static string WhyLost(
        CompiledCertificate loser, bool isDefault, CertificateMatch match, ImmutableDictionary<LeafKey, LeafFacts> leaves, CertificateFacts facts)
    {
        if (string.IsNullOrEmpty(facts.ServerName)) return "the client sent no SNI, so only the default is considered";
        var (cover, by) = CoverOf(loser, facts.ServerName);
        if (cover == Cover.None) return $"SNI is {facts.ServerName}, it has {string.Join(", ", loser.Names)}";
        if (isDefault) return $"{by} covers {facts.ServerName}, but the default is served only when nothing in the certificate list matches";
        if (loser.Arn == match.Certificate!.Arn) return "listed twice";
        if (cover == Cover.Wildcard && match.Cover == Cover.Exact) return $"{by} covers {facts.ServerName}, an exact name wins";
        return Preference.Between(loser, match.Certificate, facts.Accepted, leaves).Why;
    }
}
