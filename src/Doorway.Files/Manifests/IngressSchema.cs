using k8s.Models;
using Usher.Doorway.Files.GatewaySchema;

namespace Usher.Doorway.Files.Manifests;

/// <summary>
/// What the API server refuses in an Ingress, in its words (<c>ValidateIngressSpec</c> and what it calls, <c>pkg/apis/networking/validation</c>). Which of the
/// Ingresses that it takes a controller serves, is the hop's matter.
/// </summary>
internal static class IngressSchema
{
    /// <summary>Checks the spec.</summary>
    internal static void Check(SchemaCheck check, V1Ingress ingress)
    {
        var spec = ingress.Spec;
        if (spec is not ({ DefaultBackend: not null } or { Rules.Count: > 0 }))
        {
            check.Error("spec", $"Invalid value: []networking.IngressRule{(spec?.Rules is null ? "(nil)" : "{}")}: either `defaultBackend` or `rules` must be specified");
        }

        if (spec is null) return;
        if (spec.DefaultBackend is { } standard) IngressBackendSchema.Check(check, "spec.defaultBackend", standard);
        for (var i = 0; i < (spec.Rules?.Count ?? 0); i++) Rule(check, $"spec.rules[{i}]", spec.Rules![i]);
        for (var i = 0; i < (spec.Tls?.Count ?? 0); i++) Tls(check, $"spec.tls[{i}]", spec.Tls![i]);
        if (spec.IngressClassName is { } name) ServerNames.Subdomain(check, "spec.ingressClassName", name);
    }

    private static void Rule(SchemaCheck check, string at, V1IngressRule? rule)
    {
        if (rule?.Host is { Length: > 0 } host)
        {
            ServerNames.NoAddress(check, $"{at}.host", host);
            ServerNames.Host(check, $"{at}.host", host);
        }

        if (rule?.Http is not { } http) return;
        if (http.Paths is not { Count: > 0 }) check.Error($"{at}.http.paths", "Required value");
        for (var i = 0; i < (http.Paths?.Count ?? 0); i++) IngressPathSchema.Check(check, $"{at}.http.paths[{i}]", http.Paths![i]);
    }

    private static void Tls(SchemaCheck check, string at, V1IngressTLS? tls)
    {
        // A host in digits is taken here (validateIngressTLS).
        for (var i = 0; i < (tls?.Hosts?.Count ?? 0); i++) ServerNames.Host(check, $"{at}.hosts[{i}]", tls!.Hosts[i] ?? "");
        if (tls?.SecretName is { Length: > 0 } secret) ServerNames.Subdomain(check, $"{at}.secretName", secret);
    }
}
