using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Ingress.Gateways;

/// <summary>References to certificates: those that listeners show, those of authorities, and the one that a Gateway shows to backends.</summary>
internal sealed class CertificateRefs(CompileContext context, References references)
{
    // A Secret never changes: what it says is read once.
    private static readonly ConditionalWeakTable<V1Secret, SecretCertificate> Known = [];

    /// <summary>Reads what a listener shows, and whom it asks to show something.</summary>
    internal void Read(ListenerDraft draft)
    {
        var found = ImmutableArray.CreateBuilder<(ResourceKey, KeyedCertificate)>();
        foreach (var (reference, i) in (draft.Written.Tls?.CertificateRefs ?? []).Select((r, i) => (r, i)))
        {
            var (secret, certificate, reason, problem) = Find(draft.Owner, reference);
            if (certificate is not null) found.Add((secret, certificate));
            else draft.Unresolved ??= new Condition("ResolvedRefs", false, reason, $"tls.certificateRefs[{i}]: {problem}{WouldMake(draft, reference)}");
        }

        if (found.Count == 0)
        {
            draft.Unresolved ??= new Condition("ResolvedRefs", false, "InvalidCertificateRef", "tls.certificateRefs names no certificate");
            return;
        }

        var clients = FrontendOf(draft);
        var roots = new X509Certificate2Collection();
        foreach (var reference in clients?.CaCertificateRefs ?? [])
        {
            var (authorities, reason, problem) = Authorities(draft.Gateway.Key, reference.Group, reference.Kind, reference.Namespace ?? draft.Gateway.Key.Namespace, reference.Name);
            if (problem is null) roots.AddRange(authorities);
            else draft.Unresolved ??= new Condition("ResolvedRefs", false, reason == "InvalidKind" ? "InvalidCACertificateKind" : reason, $"spec.tls.frontend: {problem}");
        }

        // With authorities that can't be read nobody would be kept out: the listener isn't served then.
        if (clients is not null && roots.Count == 0)
        {
            draft.Refused = new Condition("Accepted", false, "NoValidCACertificate", "spec.tls.frontend: no authority for clients' certificates can be read");
            return;
        }

        draft.Tls = new ListenerTls(found.ToImmutable()) { ClientRoots = roots, InsecureFallback = clients?.Mode == "AllowInsecureFallback" };
    }

    private string WouldMake(ListenerDraft draft, SecretObjectReference reference) =>
        draft.Owner == draft.Gateway.Key && reference.Group.Length == 0 && reference.Kind == "Secret" && context.State.Find<V1Secret>(reference.Namespace ?? draft.Owner.Namespace, reference.Name) is null
            ? MissingSecret.WouldMake(draft.Gateway.Value.Metadata?.Annotations) : "";

    /// <summary>A Secret's certificate with its key.</summary>
    /// <returns>The Secret and its certificate; or the reason of the condition and why there is none.</returns>
    internal (ResourceKey Secret, KeyedCertificate? Certificate, string Reason, string? Problem) Find(in ResourceKey from, SecretObjectReference reference)
    {
        var ns = reference.Namespace ?? from.Namespace;
        if (reference.Group.Length > 0 || reference.Kind != "Secret") return (default, null, "InvalidCertificateRef", $"found {reference.Kind} {reference.Name}; a Secret is wanted");
        if (!references.Allows(from, "", "Secret", ns, reference.Name)) return (default, null, "RefNotPermitted", References.NotAllowed(from, "Secret", ns, reference.Name));
        if (context.State.Find<V1Secret>(ns, reference.Name) is not { } secret) return (default, null, "InvalidCertificateRef", $"there is no Secret {ns}/{reference.Name}");
        var read = Known.GetValue(secret.Value, static s => new SecretCertificate(TlsSecret.Read(s, out var problems), problems));
        return read.Certificate is null
            ? (default, null, "InvalidCertificateRef", $"Secret {ns}/{reference.Name} can't be used: {string.Join("; ", read.Problems.Select(p => $"{p.Field} {p.Message}"))}")
            : (secret.Key, read.Certificate, "", null);
    }

    /// <summary>The authorities of a ConfigMap's or Secret's <c>ca.crt</c>.</summary>
    internal (X509Certificate2Collection Roots, string Reason, string? Problem) Authorities(in ResourceKey from, string group, string kind, string ns, string name)
    {
        if (group.Length > 0 || kind is not ("ConfigMap" or "Secret")) return ([], "InvalidKind", $"found {kind} {name}; a ConfigMap with ca.crt is wanted");
        if (!references.Allows(from, "", kind, ns, name)) return ([], "RefNotPermitted", References.NotAllowed(from, kind, ns, name));
        byte[]? pem;
        if (kind == "ConfigMap")
        {
            if (context.State.Find<V1ConfigMap>(ns, name) is not { } map) return ([], "InvalidCACertificateRef", $"there is no ConfigMap {ns}/{name}");
            pem = map.Value.Data?.TryGetValue("ca.crt", out var text) == true ? Encoding.UTF8.GetBytes(text) : null;
        }
        else
        {
            if (context.State.Find<V1Secret>(ns, name) is not { } secret) return ([], "InvalidCACertificateRef", $"there is no Secret {ns}/{name}");
            pem = secret.Value.ValueOf("ca.crt");
        }

        if (pem is null) return ([], "InvalidCACertificateRef", $"{kind} {ns}/{name} has no ca.crt");
        var found = CertificatePem.ReadCertificates(pem, out var problem);
        return problem is null ? ([.. found], "", null) : ([], "InvalidCACertificateRef", $"{kind} {ns}/{name}: ca.crt {problem}");
    }

    /// <summary>What is asked of clients at a listener's port: its own, else the Gateway's default. Of protocol HTTPS alone (Gateway API, FrontendTLSConfig).</summary>
    private static FrontendTlsValidation? FrontendOf(ListenerDraft draft)
    {
        if (draft.ProtocolName != "HTTPS" || draft.Gateway.Value.Spec.Tls?.Frontend is not { } frontend) return null;
        return frontend.PerPort.FirstOrDefault(p => p.Port == draft.Written.Port) is { } own ? own.Tls.Validation : frontend.Default.Validation;
    }

    private sealed record SecretCertificate(KeyedCertificate? Certificate, ImmutableArray<SecretProblem> Problems);
}
