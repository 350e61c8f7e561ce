using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;

namespace Usher.Certificates;

/// <summary>A certificate chosen for a handshake, with all that the choice was made from.</summary>
internal sealed class CertificateDecision : IDecision
{
    private readonly CertificateSnapshot snapshot;

    internal CertificateDecision(CertificateSnapshot snapshot, ImmutableDictionary<LeafKey, LeafFacts> leaves, CertificateFacts facts)
    {
        this.snapshot = snapshot;
        Leaves = leaves;
        Facts = facts;
        Match = CertificateHop.Decide(snapshot, leaves, facts, new NoReasons());
    }

    /// <summary>What the leaves said when it was decided.</summary>
    internal ImmutableDictionary<LeafKey, LeafFacts> Leaves { get; }

    internal CertificateFacts Facts { get; }

    internal CertificateMatch Match { get; }

    /// <inheritdoc/>
    public IEnumerable<HopAccount> Tell()
    {
        var reasons = new ReasonList();
        var match = CertificateHop.Decide(snapshot, Leaves, Facts, reasons);
        yield return match.Certificate is null ? TellNone(match, reasons) : Tell(match, match.Certificate, reasons);
    }

    private HopAccount TellNone(CertificateMatch match, ReasonList reasons)
    {
        var name = match.Listener?.Name ?? Facts.ListenerArn;
        var problem = match.Listener is null
            ? $"there is no listener {Facts.ListenerArn}"
            : $"{name} is an HTTP listener and speaks no TLS: ask for http:// there, or give the load balancer an HTTPS listener with a certificate";
        return new HopAccount(Hop.Tls, name, $"no certificate: {problem}")
        {
            Ok = false,
            Outcome = "tls.not-https",
            Facts = new JsonObject { ["listenerArn"] = Facts.ListenerArn, ["sni"] = Facts.ServerName, ["problem"] = problem },
            Reasons = reasons.All,
        };
    }

    private HopAccount Tell(CertificateMatch match, CompiledCertificate certificate, ReasonList reasons)
    {
        var mismatch = match.Cover == Cover.None && !string.IsNullOrEmpty(Facts.ServerName);
        var unusable = !Facts.Accepted.HasFlag(certificate.Algorithm.Keys);
        var leaf = Leaves.GetValueOrDefault(certificate.Leaf) ?? (certificate.Imported is { } own ? LeafFacts.Of(own) : null);
        var expired = leaf is not null && Facts.At > leaf.NotAfter;
        var facts = new JsonObject
        {
            ["sni"] = Facts.ServerName,
            ["listenerArn"] = Facts.ListenerArn,
            ["certificateArn"] = certificate.Arn,
            ["names"] = new JsonArray([.. certificate.Names.Select(n => JsonValue.Create(n))]),
            ["matched"] = match.Cover switch { Cover.Exact => "exact", Cover.Wildcard => "wildcard", _ => "default" },
            ["isDefault"] = match.IsDefault,
            ["keyAlgorithm"] = certificate.KeyAlgorithm,
            ["type"] = certificate.Type,
        };
        if (Facts.Accepted != CertificateKeys.Any) facts["clientTakes"] = Words(Facts.Accepted);
        if (leaf is not null) Describe(facts, certificate, leaf);

        if (unusable)
        {
            facts["problem"] = $"the client verifies no {certificate.Algorithm.Words} key (its signature_algorithms, groups and cipher suites say so), and no certificate of "
                + $"{match.Listener!.Name} with another one fits, so the handshake fails. Add one to {match.Listener!.NamedIn} with "
                + $"{Facts.ServerName ?? certificate.DomainName} and spec.keyAlgorithm {(Facts.Accepted.HasFlag(CertificateKeys.EcdsaP256) ? "EC_prime256v1" : Facts.Accepted.HasFlag(CertificateKeys.EcdsaP384) ? "EC_secp384r1" : "RSA_2048")}";
        }
        else if (expired)
        {
            facts["problem"] = $"the certificate ended at {Text(leaf!.NotAfter)}; the load balancer serves it all the same, and a client that checks it refuses. "
                + "Put a valid one into its Secret: imported certificates aren't renewed";
        }
        else if (mismatch)
        {
            facts["problem"] = $"no certificate of {match.Listener!.Name} has the name {Facts.ServerName}, so the default is served and a client that checks it refuses. "
                + $"Add {Facts.ServerName} to a Certificate (spec.domainName or spec.subjectAlternativeNames) and that to {match.Listener!.NamedIn}";
        }

        return new HopAccount(Hop.Tls, certificate.DomainName, Line(match, certificate))
        {
            Facts = facts, Reasons = reasons.All, Ok = !mismatch && !unusable && !expired,
            Outcome = unusable ? "tls.no-shared-key" : expired ? "tls.expired" : mismatch ? "tls.name-mismatch" : null,
        };
    }

    private void Describe(JsonObject facts, CompiledCertificate certificate, LeafFacts leaf)
    {
        facts["notBefore"] = Text(leaf.NotBefore);
        facts["notAfter"] = Text(leaf.NotAfter);
        facts["serial"] = leaf.Serial;
        facts["issuer"] = leaf.Issuer;
        facts["chain"] = new JsonArray([.. leaf.Chain.Select(s => JsonValue.Create(s))]);
        if (certificate.Imported is null) facts["renewsFrom"] = Text(leaf.NotAfter - LeafIssuer.RenewBefore);
        else if (Facts.At is { } at && at <= leaf.NotAfter && at >= leaf.NotAfter - LeafIssuer.RenewBefore)
        {
            facts["warning"] = $"ends in {(leaf.NotAfter - at).Days} days and isn't renewed, as it is imported: put another into its Secret";
        }

        if (leaf.Renewed is { } renewed) facts["renewed"] = renewed;
    }

    private static string Words(CertificateKeys keys)
    {
        IEnumerable<string> curves = keys.HasFlag(CertificateKeys.Ecdsa)
            ? ["ECDSA"]
            : new[] { (CertificateKeys.EcdsaP256, "ECDSA P-256"), (CertificateKeys.EcdsaP384, "ECDSA P-384"), (CertificateKeys.EcdsaP521, "ECDSA P-521") }
                .Where(c => keys.HasFlag(c.Item1)).Select(c => c.Item2);
        string[] all = [.. keys.HasFlag(CertificateKeys.Rsa) ? ["RSA"] : Array.Empty<string>(), .. curves];
        return all.Length == 0 ? "none" : string.Join(", ", all);
    }

    private string Line(CertificateMatch match, CompiledCertificate certificate)
    {
        var asked = string.IsNullOrEmpty(Facts.ServerName) ? "without SNI" : $"for SNI {Facts.ServerName}";
        var how = match switch
        {
            { Cover: Cover.Exact } => "exact name",
            { Cover: Cover.Wildcard } => $"wildcard {match.CoveredBy}",
            _ => "default",
        };
        return $"certificate {certificate.DomainName} {asked}, {how} of {match.Listener!.All.Length.ToString(CultureInfo.InvariantCulture)}"
            + (match.Cover == Cover.None && Facts.ServerName is not null ? ", which doesn't have that name" : "");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
