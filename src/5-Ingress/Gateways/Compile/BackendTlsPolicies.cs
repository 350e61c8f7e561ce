using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>
/// BackendTLSPolicies → how connections to Services are secured (Gateway API, BackendTLSPolicy). Of several for one port the oldest holds, one for the port before one for the Service. Where a policy can't be carried out
/// its Service gets no request: never in the plain what was to be encrypted.
/// </summary>
internal sealed class BackendTlsPolicies
{
    private readonly Dictionary<(ResourceKey Service, string Port), (Resource<BackendTlsPolicy> Policy, X509Certificate2Collection? Roots, string? Problem)> byTarget = [];
    private readonly List<(Resource<BackendTlsPolicy> Policy, Condition Accepted, Condition Resolved)> all = [];

    internal BackendTlsPolicies(CompileContext context, CertificateRefs certificates)
    {
        foreach (var policy in context.State.All<BackendTlsPolicy>().OrderBy(Age.Of).ThenBy(p => p.Key, ResourceKey.ByName))
        {
            var (roots, unresolved) = Roots(policy, certificates);
            Condition? refused = null;
            foreach (var target in policy.Value.Spec.TargetRefs)
            {
                if (target.Group.Length > 0 || target.Kind != "Service") refused ??= new Condition("Accepted", false, "Invalid", $"found {target.Kind} {target.Name} as a target; a Service is wanted");
                else if (context.State.Find<V1Service>(policy.Key.Namespace, target.Name) is not { } service) refused ??= new Condition("Accepted", false, "TargetNotFound", $"there is no Service {policy.Key.Namespace}/{target.Name}");
                else if (!byTarget.TryAdd((service.Key, target.SectionName ?? ""), (policy, roots, unresolved?.Message)))
                    refused ??= new Condition("Accepted", false, "Conflicted", $"{byTarget[(service.Key, target.SectionName ?? "")].Policy.Key} is for Service {service.Key.Short} too, and comes first");
            }

            var accepted = refused ?? (roots is null ? new Condition("Accepted", false, "NoValidCACertificate", unresolved!.Message) : new Condition("Accepted", true, "Accepted", $"connections are secured for {policy.Value.Spec.Validation.Hostname}"));
            all.Add((policy, accepted, unresolved ?? new Condition("ResolvedRefs", true, "ResolvedRefs", "every reference is resolved")));
        }
    }

    /// <summary>Whether there are any.</summary>
    internal bool Any => all.Count > 0;

    /// <summary>Says of each policy how it is, for each Gateway whose routes lead to its Services.</summary>
    internal void Say(StatusBoard board, ILookup<ResourceKey, ResourceKey> gatewaysByService)
    {
        foreach (var (policy, accepted, resolved) in all)
        {
            var ancestors = policy.Value.Spec.TargetRefs.SelectMany(t => gatewaysByService[new ResourceKey("", "Service", policy.Key.Namespace, t.Name)]).Distinct().ToList();
            foreach (var ancestor in ancestors) board.Say(policy, $"ancestor {ancestor.Short}", [accepted, resolved]);
            if (ancestors.Count == 0) board.Say(policy, "", [accepted, resolved]);
            if (accepted.Holds == false) board.Refuse(policy, accepted.Reason == "NoValidCACertificate" ? "spec.validation" : "spec.targetRefs", accepted);
            else if (resolved.Holds == false) board.Refuse(policy, "spec.validation", resolved);
        }
    }

    /// <summary>How connections to a Service's port are secured; all null where no policy is for it.</summary>
    internal (UpstreamTls? Tls, string? By, string? Problem) For(Resource<V1Service> service, V1ServicePort port, System.Net.Security.SslStreamCertificateContext? client, bool http2)
    {
        if (!byTarget.TryGetValue((service.Key, port.Name ?? ""), out var found) && !byTarget.TryGetValue((service.Key, ""), out found)) return default;
        var by = found.Policy.Key.ToString();
        if (found.Roots is null) return (null, by, $"{by} can't be carried out: {found.Problem}");
        var validation = found.Policy.Value.Spec.Validation;
        return (new UpstreamTls
        {
            ServerName = validation.Hostname,
            Trust = validation.SubjectAltNames.Count == 0
                ? new UpstreamTrust(found.Roots, validation.Hostname)
                : new UpstreamTrust(found.Roots, [.. validation.SubjectAltNames.Select(n => n.Type == "URI" ? n.Uri! : n.Hostname!)]),
            ApplicationProtocol = http2 ? "h2" : "http/1.1",
            ClientCertificate = client,
        }, by, null);
    }

    private static (X509Certificate2Collection? Roots, Condition? Unresolved) Roots(Resource<BackendTlsPolicy> policy, CertificateRefs certificates)
    {
        var validation = policy.Value.Spec.Validation;
        if (validation.WellKnownCaCertificates == "System") return (SystemRoots.All, null);
        var roots = new X509Certificate2Collection();
        Condition? unresolved = null;
        foreach (var reference in validation.CaCertificateRefs)
        {
            var (found, reason, problem) = certificates.Authorities(policy.Key, reference.Group, reference.Kind, policy.Key.Namespace, reference.Name);
            if (problem is null) roots.AddRange(found);
            else unresolved ??= new Condition("ResolvedRefs", false, reason, problem);
        }

        if (roots.Count > 0) return (roots, unresolved);
        return (null, unresolved ?? new Condition("ResolvedRefs", false, "InvalidCACertificateRef", $"found wellKnownCACertificates {validation.WellKnownCaCertificates}; System or caCertificateRefs is wanted"));
    }
}

/// <summary>The authorities that the machine trusts, read once.</summary>
internal static class SystemRoots
{
    private static readonly Lazy<X509Certificate2Collection> Read = new(static () =>
    {
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        store.Open(OpenFlags.ReadOnly);
        return store.Certificates;
    });

    internal static X509Certificate2Collection All => Read.Value;
}
